//! From Markdown to a part of the manual.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream, html};

use super::{Part, Section};
use crate::language::Language;

/// Reads a part. HTML in it is shown as it is written, not obeyed.
pub(super) fn read(name: &'static str, source: &str, language: Language) -> Part {
    let source = with_names(source, language);
    let mut page = Page::default();
    let options = Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES;
    for event in TextMergeStream::new(Parser::new_ext(&source, options)) {
        page.take(event);
    }
    let mut rendered = String::new();
    html::push_html(&mut rendered, page.events.into_iter());
    let mut sections = page.sections;
    for section in &mut sections {
        section.text.truncate(section.text.trim_end_matches([' ', '·']).len());
    }
    let title = sections[0].heading.clone();
    Part { name, title, html: rendered, sections }
}

/// The words that the portal shows, in the place of their identifiers; bold,
/// except in headings.
fn with_names(source: &str, language: Language) -> String {
    let mut named = String::with_capacity(source.len() * 2);
    for line in source.split_inclusive('\n') {
        let mark = if line.starts_with('#') { "" } else { "**" };
        let mut rest = line;
        while let Some((before, id, after)) = placeholder(rest) {
            named.push_str(before);
            named.push_str(mark);
            for letter in language.text(id, &[]).chars() {
                if letter.is_ascii_punctuation() {
                    named.push('\\');
                }
                named.push(letter);
            }
            named.push_str(mark);
            rest = after;
        }
        named.push_str(rest);
    }
    named
}

/// The first `{{identifier}}`, with what stands before and after it.
pub(super) fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (id, after) = rest.split_once("}}")?;
    Some((before, id, after))
}

/// A page as it is read.
struct Page<'a> {
    events: Vec<Event<'a>>,
    sections: Vec<Section>,
    /// The heading that is being read, if one is.
    heading: Option<HeadingLevel>,
}

impl Default for Page<'_> {
    fn default() -> Self {
        let opening = Section { id: String::new(), heading: String::new(), text: String::new() };
        Self { events: Vec::new(), sections: vec![opening], heading: None }
    }
}

impl<'a> Page<'a> {
    fn take(&mut self, event: Event<'a>) {
        let event = match event {
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => return,
            other => other,
        };
        match &event {
            Event::Start(Tag::Heading { level, id, .. }) => {
                self.heading = Some(*level);
                if *level != HeadingLevel::H1 {
                    let id = id.as_deref().unwrap_or_default().to_owned();
                    self.sections.push(Section { id, heading: String::new(), text: String::new() });
                }
            }
            Event::Text(text) | Event::Code(text) => self.write(text),
            Event::End(TagEnd::TableCell) => self.write(" · "),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                self.write(" ");
            }
            _ => {}
        }
        let is_title = self.heading == Some(HeadingLevel::H1);
        if let Event::End(TagEnd::Heading(_)) = event {
            self.heading = None;
        }
        // The template shows the title.
        if !is_title {
            self.show(event);
        }
    }

    /// Adds to the words of the section or, inside a heading, to the heading.
    fn write(&mut self, words: &str) {
        let in_heading = self.heading.is_some();
        let Some(section) = self.sections.last_mut() else { return };
        let target = if in_heading { &mut section.heading } else { &mut section.text };
        let is_blank_twice = words == " " && (target.is_empty() || target.ends_with(' '));
        if !is_blank_twice {
            target.push_str(words);
        }
    }

    /// What may be wider than the screen scrolls by itself, by keyboard too.
    fn show(&mut self, event: Event<'a>) {
        let html = |text: CowStr<'a>| Event::Html(text);
        match event {
            Event::Start(Tag::Table(_)) => {
                let id = self.sections.last().map_or("", |section| section.id.as_str());
                let id = if id.is_empty() { "part" } else { id };
                let open =
                    format!(r#"<div class="table" tabindex="0" role="region" aria-labelledby="{id}">"#);
                self.events.extend([html(open.into()), event]);
            }
            Event::End(TagEnd::Table) => self.events.extend([event, html("</div>".into())]),
            Event::Start(Tag::CodeBlock(_)) => self.events.push(html(r#"<pre tabindex="0"><code>"#.into())),
            Event::End(TagEnd::CodeBlock) => self.events.push(html("</code></pre>".into())),
            other => self.events.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_shown_and_not_obeyed() {
        let part = read("x", "# T\n\n<script>a</script>\n\nb <i>c</i>\n", Language::En);
        assert!(!part.html.contains("<script>") && !part.html.contains("<i>"), "{}", part.html);
        assert!(part.html.contains("&lt;script&gt;"), "{}", part.html);
    }

    #[test]
    fn sections_have_the_words_and_places_of_their_headings() {
        let part = read("x", "# Title\n\nOne *two*.\n\n## Sub {#sub}\n\n1. Do\n2. `this`\n", Language::En);
        assert_eq!(part.title, "Title");
        let found: Vec<_> =
            part.sections.iter().map(|it| (it.id.as_str(), it.heading.as_str(), it.text.as_str())).collect();
        assert_eq!(found, [("", "Title", "One two."), ("sub", "Sub", "Do this")]);
        assert!(part.html.contains(r#"<h2 id="sub">"#) && !part.html.contains("<h1"), "{}", part.html);
    }

    #[test]
    fn the_words_of_the_portal_stand_in_the_place_of_their_identifiers() {
        let part = read("x", "# T\n\nChoose {{member-add}}.\n\n## {{member-you}} {#a}\n", Language::Nl);
        assert!(part.html.contains("<strong>Lid toevoegen</strong>."), "{}", part.html);
        assert_eq!(part.sections[1].heading, "(u)");
    }

    #[test]
    fn tables_scroll_by_themselves_and_have_a_name() {
        let part = read("x", "# T\n\n## S {#s}\n\n| a |\n| --- |\n| b |\n", Language::En);
        assert!(part.html.contains(r#"tabindex="0" role="region" aria-labelledby="s"><table>"#));
    }
}
