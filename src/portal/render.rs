//! Templates become pages. Everything that is put in is escaped; a name that a
//! template uses and a page does not give is an error.
//!
//! There is one set of templates for each language: texts that take no
//! argument become part of them when they are compiled, not of each page.

use std::{cell::RefCell, sync::OnceLock};

use minijinja::{
    Environment, Error as TemplateError, ErrorKind, HtmlEscape, Output, State, UndefinedBehavior, Value,
    escape_formatter,
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

/// The templates, each compiled for a language when a page first needs it.
#[derive(Default)]
pub struct Renderer([OnceLock<Environment<'static>>; Language::ALL.len()]);

impl Renderer {
    /// Renders the template called `name`.
    ///
    /// # Errors
    ///
    /// A template has a mistake, or names what `content` does not have.
    pub fn render(&self, language: Language, name: &str, content: Value) -> Result<Vec<u8>> {
        let environment = self.0[language as usize].get_or_init(|| environment(language));
        let template = environment.get_template(name).map_err(Error::internal)?;
        let mut page = Vec::with_capacity(PAGE);
        template.render_captured_to(content, &mut page).map_err(Error::internal)?;
        Ok(page)
    }
}

/// Bytes that most pages need, so that few grow while they are rendered.
const PAGE: usize = 24 * 1024;

fn environment(language: Language) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(put);
    environment.set_auto_reload(false);
    environment.set_loader(move |name| {
        Ok(Files::get(name).map(|file| translated(&String::from_utf8_lossy(&file.data), language)))
    });
    environment.add_global("language", language.code());
    // French sets it off from what stands before it.
    environment.add_global("colon", if language == Language::Fr { "\u{a0}: " } else { ": " });
    environment.add_global("stamp", asset::stamp());
    environment.add_global("release", env!("CARGO_PKG_VERSION"));
    environment.add_function("t", move |id: &str, args: Kwargs| text(language, id, &args));
    environment.add_filter("number", move |number: u64| format::number(language, number));
    environment
        .add_filter("day", move |at: Option<i64>| at.map_or(String::new(), |at| format::day(language, at)));
    environment.add_filter("date", move |written: &str| format::date(language, written));
    environment.add_filter("time", move |at: i64| format::time(language, at));
    environment.add_filter("when", move |at: i64| when(language, at));
    environment.add_filter("badge", |word: &str, kind: &str| {
        let (kind, word) = (HtmlEscape(kind), HtmlEscape(word));
        Value::from_safe_string(format!("<span class=\"state {kind}\">{word}</span>"))
    });
    environment
}

thread_local! {
    /// The moment that was put into a page last.
    static LAST: RefCell<Option<(Language, i64, Value)>> = const { RefCell::new(None) };
}

/// A moment in HTML. The rows of a list often have the same one, because they
/// came together.
fn when(language: Language, at: i64) -> Value {
    LAST.with_borrow_mut(|last| match last {
        Some((known, moment, html)) if (*known, *moment) == (language, at) => html.clone(),
        _ => {
            let html = Value::from_safe_string(format::when(language, at));
            last.insert((language, at, html)).2.clone()
        }
    })
}

/// Puts a value into a page, escaped. The standard escaping also turns each
/// slash into five bytes, and paths are much of what a page has: text without
/// any byte that means something in HTML, or ends a quoted attribute, is put
/// in as it is. Control characters become references, which a browser reads
/// as what they are, so that a form gives back what was typed.
fn put(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), TemplateError> {
    let is_control = |byte: u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r');
    let is_meant = |byte| matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\'') || is_control(byte);
    match value.as_str() {
        Some(text) if !text.bytes().any(is_meant) => Ok(out.write_str(text)?),
        Some(text) if !value.is_safe() && text.bytes().any(is_control) => {
            for letter in HtmlEscape(text).to_string().chars() {
                match u8::try_from(letter).ok().filter(|byte| is_control(*byte)) {
                    Some(byte) => out.write_str(&format!("&#{byte};"))?,
                    None => out.write_str(letter.encode_utf8(&mut [0; 4]))?,
                }
            }
            Ok(())
        }
        _ => escape_formatter(out, state, value),
    }
}

/// The template with the texts put in that it names and gives no argument.
fn translated(source: &str, language: Language) -> String {
    let mut out = String::with_capacity(2 * source.len());
    let mut rest = source;
    while let Some((before, call)) = rest.split_once(CALL) {
        let is_call = !before.ends_with(|before: char| before.is_alphanumeric() || "_|.".contains(before));
        let named = call.split_once("')").filter(|(id, _)| is_call && !id.contains('\''));
        let Some((text, after)) = named.and_then(|(id, after)| Some((language.plain(id)?, after))) else {
            out.push_str(before);
            out.push_str(CALL);
            rest = call;
            continue;
        };
        match (before.strip_suffix("{{ "), after.strip_prefix(" }}")) {
            (Some(before), Some(after)) if !text.contains('{') => {
                out.push_str(before);
                out.push_str(&HtmlEscape(text).to_string());
                rest = after;
            }
            _ => {
                out.push_str(before);
                out.push('\'');
                out.push_str(&text.replace('\\', "\\\\").replace('\'', "\\'"));
                out.push('\'');
                rest = after;
            }
        }
    }
    out + rest
}

/// How a template asks for a text.
const CALL: &str = "t('";

/// A text in the page's language. One that does not exist is a mistake of the
/// template's.
fn text(language: Language, id: &str, args: &Kwargs) -> Result<String, TemplateError> {
    if let Some(text) = language.plain(id).filter(|_| args.args().next().is_none()) {
        return Ok(text.to_owned());
    }
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
        for language in Language::ALL {
            let environment = environment(language);
            for name in Files::iter() {
                environment.get_template(&name).unwrap();
            }
        }
    }

    #[test]
    fn whatever_means_something_in_html_is_escaped() {
        let mut environment = environment(Language::En);
        environment.add_template("it.html", "<a href=\"{{ it }}\">").unwrap();
        let put = |it: &str| {
            let content = minijinja::context! { it };
            environment.get_template("it.html").unwrap().render(content).unwrap()
        };
        assert_eq!(put("/ssp/groups?state=held"), "<a href=\"/ssp/groups?state=held\">");
        for it in ["<b", "b>", "&amp;", "\"x", "'x", "</script>"] {
            let put = put(it);
            let inner = put.strip_prefix("<a href=\"").unwrap().strip_suffix("\">").unwrap();
            assert!(!inner.contains(['<', '>', '"', '\'']), "{it} became {inner}");
            assert!(inner.contains('&') && inner != it, "{it} became {inner}");
        }
    }

    #[test]
    fn a_text_without_arguments_is_part_of_the_template() {
        let put = |source: &str| translated(source, Language::Fr);
        let text = Language::Fr.text("portal-logout", &[]);
        assert!(!text.contains('\''));
        assert_eq!(put("<b>{{ t('portal-logout') }}</b>"), format!("<b>{text}</b>"));
        assert_eq!(put("{{ field(t('portal-logout'), 1) }}"), format!("{{{{ field('{text}', 1) }}}}"));
        for same in [
            "{{ t('tab-' ~ name) }}",
            "{{ t('list-held', count=2) }}",
            "{{ t('no-such-text') }}",
            "|default('')",
        ] {
            assert_eq!(put(same), same);
        }
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
