//! A feature lives in one folder: code, pages, words, migrations.

pub mod activities;
pub mod content;
pub mod home;
pub mod laws;
pub mod numbers;
pub mod orgs;
pub mod papers;
pub mod people;
pub mod plans;
pub mod portal;
