//! Configuration: what the installation is, from the command line and `lantoa.toml` in the data folder.

use std::path::PathBuf;

use serde::Deserialize;

use crate::commands::Trouble;

/// `lantoa.toml`; every value has a default.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of files, keys, mails and, on SQLite, the database.
    #[serde(skip)]
    pub data: PathBuf,
    /// Marks every page, answer and paper as invented.
    #[serde(skip)]
    pub demo: bool,
    /// The address people use, for links in mails and papers.
    pub public_url: String,
    /// How many reverse proxies stand in front; the visitor's address is then what the outermost of them saw.
    pub proxies: usize,
    pub smtp: Option<Smtp>,
    pub mail_from: String,
    /// Hours after which an unused sign-in ends.
    pub sign_in_hours: i64,
    /// Largest file of a law in bytes.
    pub upload_bytes: usize,
    /// Largest photo in millions of points.
    pub photo_megapixels: u32,
    /// The program itself, which reads PDF files and web pages in processes of its own; found by itself unless set.
    pub program: Option<PathBuf>,
    /// What reads scans: `tesseract` with its Vietnamese words; most pages of a scan; from which certainty on, of 100, a
    /// line is not put first for a person to look at.
    pub tesseract: PathBuf,
    pub scan_pages: i64,
    pub scan_confidence: i64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub user: Option<String>,
    /// Name of the environment variable that holds the password; the password itself is never in a file.
    pub password_env: Option<String>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            data: PathBuf::from("lantoa-data"),
            demo: false,
            public_url: "http://127.0.0.1:8080".into(),
            proxies: 0,
            smtp: None,
            mail_from: "lantoa@localhost".into(),
            sign_in_hours: 12,
            upload_bytes: 20 << 20,
            photo_megapixels: 50,
            program: None,
            tesseract: PathBuf::from("tesseract"),
            scan_pages: 100,
            scan_confidence: 80,
        }
    }
}

impl Config {
    /// Reads `lantoa.toml` in the data folder, if there is one.
    pub fn load(data: PathBuf, demo: bool) -> anyhow::Result<Config> {
        let path = data.join("lantoa.toml");
        let mut config: Config = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Config::default(),
            // Defaults in its place would be an installation without HTTPS and without mail.
            Err(e) => {
                return Err(
                    anyhow::Error::new(e).context(Trouble::of_file("command-config-unreadable", &path))
                );
            }
        };
        config.data = data;
        config.demo = demo;
        Ok(config)
    }
    /// Cookies only over HTTPS when the address is; so a plain-HTTP trial on one machine works.
    pub fn secure_cookies(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
