//! FIT files: what is written can be read, what is damaged is read as far as it goes, and real files agree with two
//! independent decoders.

mod conformance;
