//! The forms of a page, read from its markup as a browser reads them.

/// A form that a page offers.
#[derive(Clone, Debug)]
pub struct Form {
    pub method: String,
    pub action: String,
    pub is_multipart: bool,
    pub fields: Vec<Field>,
}

/// One of its fields or buttons.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub value: String,
    pub is_file: bool,
}

/// The addresses of this host that the page at `path` links to.
pub fn links(text: &str, path: &str) -> Vec<String> {
    let tags = text.split("<a ").skip(1).filter_map(|part| attribute(&format!(" {part}"), "href"));
    let links = tags.map(|link| link.split('#').next().unwrap().to_owned());
    links
        .filter(|link| !link.is_empty() && !link.contains(':'))
        .map(|link| match link.as_bytes()[0] {
            b'/' => link,
            b'?' => format!("{path}{link}"),
            _ => format!("{}/{link}", path.rsplit_once('/').unwrap().0),
        })
        .collect()
}

/// The forms of a page; one without an address of its own is sent to `path`.
pub fn forms(text: &str, path: &str) -> Vec<Form> {
    let parts = text.split("<form").skip(1);
    parts
        .map(|part| {
            let whole = part.split("</form>").next().unwrap();
            let (head, body) = whole.split_once('>').unwrap();
            Form {
                method: attribute(head, "method").unwrap_or("get".into()),
                action: attribute(head, "action").unwrap_or(path.to_owned()),
                is_multipart: head.contains("multipart/form-data"),
                fields: fields(body),
            }
        })
        .collect()
}

/// What the form sends as it stands; of choices the first or the chosen one.
fn fields(body: &str) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for part in body.split('<').skip(1) {
        let (tag, content) = part.split_once('>').unwrap();
        let value = match tag.split_whitespace().next().unwrap() {
            "input" | "button" => attribute(tag, "value").unwrap_or_default(),
            "textarea" => unescaped(content),
            "select" => String::new(),
            "option" => {
                let select = fields.last_mut().unwrap();
                if select.value.is_empty() || tag.contains(" selected") {
                    select.value = attribute(tag, "value").unwrap_or_else(|| unescaped(content));
                }
                continue;
            }
            _ => continue,
        };
        let Some(name) = attribute(tag, "name") else { continue };
        let is_file = attribute(tag, "type").as_deref() == Some("file");
        let is_alternative = tag.contains("\"radio\"") || tag.starts_with("button");
        match fields.iter_mut().find(|known| known.name == name && is_alternative) {
            Some(known) if tag.contains(" checked") => known.value = value,
            Some(_) => {}
            None => fields.push(Field { name, value, is_file }),
        }
    }
    fields
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split('"').next().unwrap()))
}

fn unescaped(text: &str) -> String {
    let pairs =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}
