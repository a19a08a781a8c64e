//! Templates become pages. Everything that is put in is escaped; a name that a
//! template uses and a page does not give is an error.

use minijinja::{
    Environment, Error as TemplateError, ErrorKind, UndefinedBehavior, Value,
    value::{Kwargs, ValueKind},
};
use rust_embed::RustEmbed;

use super::{asset, format};
use crate::{
    error::{Error, Result},
    language::{Arg, Language},
};

#[derive(RustEmbed)]
#[folder = "assets/templates"]
struct Files;

/// The templates, compiled once for each language.
pub struct Renderer(Vec<(Language, Environment<'static>)>);

impl Renderer {
    /// Compiles all templates.
    ///
    /// # Errors
    ///
    /// A template has a mistake; a test renders them all.
    pub fn new() -> Result<Self> {
        let made = Language::ALL.map(|language| Ok((language, environment(language)?)));
        Ok(Self(made.into_iter().collect::<Result<_>>()?))
    }

    /// Renders the template called `name`.
    pub fn render(&self, language: Language, name: &str, content: Value) -> Result<String> {
        let (_, environment) = self
            .0
            .iter()
            .find(|(known, _)| *known == language)
            .ok_or_else(|| Error::internal("no language"))?;
        let template = environment.get_template(name).map_err(Error::internal)?;
        template.render(content).map_err(Error::internal)
    }
}

fn environment(language: Language) -> Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for name in Files::iter() {
        let file = Files::get(&name).ok_or_else(|| Error::internal("a template is gone"))?;
        let source = String::from_utf8(file.data.into_owned()).map_err(Error::internal)?;
        environment.add_template_owned(name.into_owned(), source).map_err(Error::internal)?;
    }
    environment.add_global("language", language.code());
    environment.add_global("stamp", asset::stamp());
    environment.add_global("version", env!("CARGO_PKG_VERSION"));
    environment.add_function("t", move |id: &str, args: Kwargs| text(language, id, &args));
    environment.add_filter("number", move |number: u64| format::number(language, number));
    environment
        .add_filter("day", move |at: Option<i64>| at.map_or(String::new(), |at| format::day(language, at)));
    environment.add_filter("time", move |at: i64| format::time(language, at));
    environment.add_filter("utc", format::utc);
    environment.add_filter("iso", format::iso);
    Ok(environment)
}

/// A text in the page's language. One that does not exist is a mistake of the
/// template's.
fn text(language: Language, id: &str, args: &Kwargs) -> Result<String, TemplateError> {
    if !language.has(id) {
        return Err(TemplateError::new(ErrorKind::InvalidOperation, format!("there is no text {id}")));
    }
    let mut values = Vec::new();
    for name in args.args() {
        let value: Value = args.get(name)?;
        values.push((name, argument(&value)));
    }
    Ok(language.text(id, &values))
}

fn argument(value: &Value) -> Arg {
    match value.kind() {
        ValueKind::Number => {
            u64::try_from(value.clone()).map_or_else(|_| value.to_string().into(), Arg::Count)
        }
        _ => value.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_compiles() {
        Renderer::new().unwrap();
    }

    #[test]
    fn every_text_that_a_template_names_exists() {
        for name in Files::iter() {
            let source = String::from_utf8(Files::get(&name).unwrap().data.into_owned()).unwrap();
            // `default('')` names no text.
            for part in source.replace("default('", "").split("t('").skip(1) {
                let (id, rest) = part.split_once('\'').unwrap();
                let is_whole = rest.starts_with([')', ',']);
                assert!(!is_whole || Language::En.has(id), "{name} names {id}");
            }
        }
    }
}
