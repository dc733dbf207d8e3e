//! Strava's export.
