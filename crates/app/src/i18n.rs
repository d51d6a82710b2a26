//! The two languages. Words stand in `words.vi.ftl` and `words.en.ftl` of each feature.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

/// Vietnamese first; English is the whole program's second language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    Vi,
    En,
}
impl Lang {
    pub const ALL: [Lang; 2] = [Lang::Vi, Lang::En];
    pub fn code(self) -> &'static str {
        match self {
            Lang::Vi => "vi",
            Lang::En => "en",
        }
    }
    /// Vietnamese where it is none that is spoken here.
    pub fn from_code(code: &str) -> Lang {
        Lang::ALL.into_iter().find(|l| l.code() == code).unwrap_or(Lang::Vi)
    }
    pub fn other(self) -> Lang {
        match self {
            Lang::Vi => Lang::En,
            Lang::En => Lang::Vi,
        }
    }
    /// Chooses between a Vietnamese and an English text, for reference data that carry both.
    pub fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Vi => vi,
            Lang::En => en,
        }
    }
}

/// All words of the program in both languages.
pub struct Words {
    vi: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
}

/// A value put into a sentence.
pub type Arg<'a> = (&'a str, String);

impl Words {
    /// Builds from the features' files; a damaged file or a key said twice is a mistake of the program.
    pub fn load(files: &[(&'static str, &'static str)]) -> anyhow::Result<Words> {
        let bundle = |lang: &str, pick: fn(&(&'static str, &'static str)) -> &'static str| {
            let mut bundle = FluentBundle::new_concurrent(vec![lang.parse()?]);
            bundle.set_use_isolating(false);
            for file in files {
                let resource = FluentResource::try_new(pick(file).to_owned())
                    .map_err(|(_, errors)| anyhow::anyhow!("words ({lang}): {errors:?}"))?;
                bundle.add_resource(resource).map_err(|e| anyhow::anyhow!("words ({lang}): {e:?}"))?;
            }
            anyhow::Ok(bundle)
        };
        Ok(Words { vi: bundle("vi", |f| f.0)?, en: bundle("en", |f| f.1)? })
    }

    /// The sentence of a key; a missing one shows as `⟦key⟧`, which the tests look for on every page.
    pub fn say(&self, lang: Lang, key: &str, args: &[Arg<'_>]) -> String {
        let bundle = match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        };
        let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else {
            return format!("⟦{key}⟧");
        };
        let mut values = FluentArgs::new();
        for (name, value) in args {
            // Numbers choose plural forms; as text they keep the grouping given by the caller.
            let fluent = match value.parse::<i64>() {
                Ok(n) => FluentValue::from(n),
                Err(_) => FluentValue::from(value.as_str()),
            };
            values.set(*name, fluent);
        }
        let mut errors = Vec::new();
        let said = bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned();
        if errors.is_empty() { said } else { format!("⟦{key}: {errors:?}⟧") }
    }
    pub fn has(&self, lang: Lang, key: &str) -> bool {
        match lang {
            Lang::Vi => self.vi.has_message(key),
            Lang::En => self.en.has_message(key),
        }
    }
}
