//! seek
