//! Tests of the whole program in process, on SQLite and, when `LANTOA_TEST_POSTGRES` names a server, on
//! PostgreSQL.

mod access;
mod activities;
mod content;
mod demo;
mod home;
mod house;
mod laws;
mod maintenance;
mod malformed;
mod numbers;
mod orgs;
mod papers;
#[path = "../../../sheets/tests/common/parts.rs"]
mod parts;
mod people;
mod plans;
mod portal;
mod races;
mod scans;
mod spine;
mod support;
mod understood;
