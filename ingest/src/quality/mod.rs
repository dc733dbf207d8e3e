//! Quality of what was read: what looks wrong, where, and what that does to the numbers.

/// Ending of the names of columns that hold the recorded values of a column that was cleaned.
pub const RAW_SUFFIX: &str = "_raw";
