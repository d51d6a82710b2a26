//! lantoa
