//! What every request passes before a page is asked: its line in the route
//! table, who asks, whether they may, and whether a form is one of ours.

use super::{
    Portal,
    answer::{self, Answer},
    cookie, csrf,
    entry::lost,
    form::{self, Form},
    pages::error,
    receive::{Received, Receiver},
    route::{Body, Method, Need, Params, Route},
    routes::{NOWHERE, TABLE},
    upload,
    visit::{Visit, Who},
};
use crate::{
    domain::{
        identifier::Nihdi,
        member::{forbidden, not_found},
        organisation::Organisation,
    },
    error::{Code, Error, Result},
    front::{BodyLimit, Head, Request, Response, is_strict},
    language::Language,
    store::{
        Tx, member, organisation, second_factor,
        session::{self, Token},
    },
};

/// The most bytes of a form without a file.
const FORM: u64 = 256 * 1024;

/// The most bytes of a form that is long work: all the fields that a form may
/// have, with long names and texts.
const KEPT_FORM: u64 = 4 << 20;

/// How much body the request may have; said before any of it is read.
pub(super) fn limit(portal: &Portal, head: &Head) -> BodyLimit {
    // What is sent to no page of ours is read all the same, so that the answer
    // arrives.
    let body = line(head).map_or(Body::Form, |(route, _)| route.body);
    BodyLimit::Bytes(match body {
        Body::None => 0,
        Body::Form => FORM,
        Body::KeptForm => KEPT_FORM,
        Body::File => upload::FILE,
        Body::Upload => return admit(portal, head),
    })
}

/// Whose upload it is and whether they may is asked before its first byte.
fn admit(portal: &Portal, head: &Head) -> BodyLimit {
    let mut visit = match begin(portal, head) {
        Ok(visit) => visit,
        Err(error) => return BodyLimit::Refused(failed(head, &error)),
    };
    let admitted = permit(&mut visit).and_then(|early| match early {
        Some(answer) => Ok(Err(answer)),
        None => {
            let kind = head.header("content-type").unwrap_or_default();
            let announced = head.length.unwrap_or(0);
            Receiver::new(&portal.store, &portal.shelf, kind, announced, &visit.csrf).map(Ok)
        }
    });
    match admitted {
        Ok(Ok(receiver)) => {
            let limit = portal.config.portal.upload_limit_mebibytes.saturating_mul(1 << 20);
            BodyLimit::Into { limit: limit.saturating_add(FORM), sink: Box::new(receiver) }
        }
        Ok(Err(answer)) => BodyLimit::Refused(respond(&visit, answer)),
        Err(error) => BodyLimit::Refused(respond(&visit, error::page(&visit, &error))),
    }
}

/// Answers the request.
pub(super) fn answer(portal: &Portal, request: Request) -> Response {
    let head = &request.head;
    let mut visit = match begin(portal, head) {
        Ok(visit) => visit,
        Err(error) => return failed(head, &error),
    };
    // Of a session that has ended; the log-in comes next, whatever becomes of this.
    if visit.who.is_none()
        && visit.route.body == Body::KeptForm
        && let Some(group) = &visit.named
    {
        match lost::keep(portal, head, group, &request.body) {
            Ok(is_kept) => visit.is_kept = is_kept,
            Err(error) => super::log(&error, &head.id.to_string()),
        }
    }
    let received = request.spool.as_deref().and_then(|spool| portal.shelf.take(spool));
    let answered = enter(&mut visit, &request.body, received).and_then(|early| match early {
        Some(answer) => Ok(answer),
        None => (visit.route.page)(&visit),
    });
    let answer = answered.unwrap_or_else(|error| error::page(&visit, &error));
    respond(&visit, answer)
}

fn respond(visit: &Visit<'_>, answer: Answer) -> Response {
    let portal = visit.portal;
    let host = visit.head.header("host");
    let secure = host.is_some_and(|host| is_strict(host, &portal.config.portal.names));
    let html = |template, content| portal.renderer.render(visit.language, template, content);
    answer::respond(tie(visit, answer), secure, html).unwrap_or_else(|error| {
        super::log(&error, &visit.head.id.to_string());
        error::bare(500)
    })
}

/// The answer where the store cannot say who asks.
fn failed(head: &Head, error: &Error) -> Response {
    super::log(error, &head.id.to_string());
    error::bare(error.code.http_status())
}

/// Finds the line, the session and the language.
fn begin<'a>(portal: &'a Portal, head: &'a Head) -> Result<Visit<'a>> {
    let (route, params) = line(head).unwrap_or((&NOWHERE, Params::default()));
    let token = cookie::read(head, cookie::SESSION).map(Token::received);
    let (who, named) = match &token {
        Some(token) => portal.store.read(|tx| Ok((who(tx, portal, token)?, named(tx, route, &params)?)))?,
        None => (None, None),
    };
    let keys = portal.store.keys();
    let mut arrival = None;
    let csrf = match (&who, token, cookie::read(head, cookie::ARRIVAL)) {
        (Some(_), Some(token), _) => token.csrf(keys),
        (_, _, Some(held)) => Token::received(held).csrf(keys),
        _ => arrival.insert(Token::new()?).csrf(keys),
    };
    Ok(Visit {
        portal,
        head,
        route,
        params,
        query: Form::read(head.query.as_deref().unwrap_or_default().as_bytes()),
        form: Form::default(),
        file: None,
        spooled: None,
        language: language(portal, head, who.as_ref()),
        who,
        named,
        group: None,
        csrf,
        arrival,
        is_kept: false,
    })
}

fn line(head: &Head) -> Option<(&'static Route, Params)> {
    let method = if head.method == "POST" { Method::Post } else { Method::Get };
    TABLE.find(method, &head.path).ok()
}

/// Who holds the session's token, if the session lasts.
fn who(tx: &Tx<'_>, portal: &Portal, token: &Token) -> Result<Option<Who>> {
    let Some((session, account)) = session::find(tx, token, portal.limits())? else { return Ok(None) };
    portal.presence.note(session.id);
    let standing = member::standing(tx, session.account)?;
    let lacks_factor = !account.has_second_factor && second_factor::is_required(tx, account.id)?;
    Ok(Some(Who { session, account, standing, lacks_factor }))
}

/// The organisation that the path names, if the route is a group's.
fn named(tx: &Tx<'_>, route: &Route, params: &Params) -> Result<Option<Organisation>> {
    let Need::Group(_) = route.need else { return Ok(None) };
    let Some(nihdi) = Nihdi::stored(params.get("group").to_owned()) else { return Ok(None) };
    match organisation::by_nihdi(tx, &nihdi) {
        Ok(group) => Ok(Some(group)),
        Err(error) if error.code == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The chosen one, else the browser's, else the installation's.
fn language(portal: &Portal, head: &Head, who: Option<&Who>) -> Language {
    let known = |code: &str| Language::ALL.into_iter().find(|language| language.code() == code);
    let preferred = || {
        let wishes = head.header("accept-language")?.split(',');
        wishes.filter_map(|wish| known(wish.trim().get(..2)?.to_ascii_lowercase().as_str())).next()
    };
    who.and_then(|who| who.account.language)
        .or_else(|| cookie::read(head, cookie::LANGUAGE).and_then(known))
        .or_else(preferred)
        .or(portal.config.language)
        .unwrap_or_default()
}

/// Refuses, or sends elsewhere, who may not go on; then reads the form.
fn enter(visit: &mut Visit<'_>, body: &[u8], received: Option<Received>) -> Result<Option<Answer>> {
    if let Some(elsewhere) = permit(visit)? {
        return Ok(Some(elsewhere));
    }
    read_body(visit, body, received)?;
    if visit.route.method == Method::Post {
        csrf::check(visit.head, &visit.csrf, visit.form.raw("csrf"))?;
    }
    Ok(None)
}

/// Refuses who may not, sends elsewhere who has to log in first.
fn permit(visit: &mut Visit<'_>) -> Result<Option<Answer>> {
    match (visit.route.need, &visit.who) {
        (Need::Anyone, _) | (Need::Arriving, Some(_)) => return Ok(None),
        (_, None) => return Ok(Some(to_login(visit))),
        (_, Some(who)) => {
            if let Some(step) = who.next_step() {
                return Ok(Some(Answer::redirect(step)));
            }
        }
    }
    let who = visit.who()?;
    match visit.route.need {
        Need::Anyone | Need::Arriving | Need::SignedIn => {}
        Need::Installation(permission) => who.standing.require(permission, None)?,
        Need::Somewhere(permission) if who.standing.permits_somewhere(permission) => {}
        Need::Somewhere(permission) => return Err(forbidden(permission)),
        Need::Group(permission) => {
            let group = visit.named.as_ref().ok_or_else(not_found)?;
            who.standing.require(permission, Some(group.id))?;
            visit.group = visit.named.take();
        }
    }
    Ok(None)
}

fn read_body(visit: &mut Visit<'_>, body: &[u8], received: Option<Received>) -> Result<()> {
    match visit.route.body {
        Body::None => {}
        Body::Form | Body::KeptForm => {
            let kind = visit.head.header("content-type").unwrap_or_default();
            let media = kind.split(';').next().unwrap_or_default().trim();
            if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
                return Err(Error::new(Code::Usage, "form-unreadable"));
            }
            visit.form = Form::read(body);
        }
        Body::File => (visit.form, visit.file) = upload::read(visit.head, body)?,
        Body::Upload => {
            let received = received.ok_or_else(|| Error::new(Code::Usage, "form-unreadable"))?;
            visit.form = received.fields?;
            visit.spooled = received.file;
        }
    }
    Ok(())
}

/// After the log-in the browser goes on to the page that was asked for.
fn to_login(visit: &Visit<'_>) -> Answer {
    let path = &visit.head.path;
    match visit.route.method {
        _ if visit.route.body == Body::KeptForm => {
            let typed = if visit.is_kept { "kept" } else { "lost" };
            Answer::redirect(format!("/ssp/login?next={}&typed={typed}", form::encode(path)))
        }
        Method::Get if path != "/ssp" => Answer::redirect(format!("/ssp/login?next={}", form::encode(path))),
        _ => Answer::redirect("/ssp/login"),
    }
}

/// Gives the browser what ties it to the forms it gets before the log-in.
fn tie(visit: &Visit<'_>, answer: Answer) -> Answer {
    match &visit.arrival {
        Some(token) => answer.cookie(cookie::set(cookie::ARRIVAL, token.text(), None)),
        None => answer,
    }
}

/// The page for a body that the front door did not read because it is larger
/// than any that the address takes (413), or for which there was no room on the
/// disk (507).
pub(super) fn refuse(portal: &Portal, status: u16, head: &Head) -> Response {
    let Ok(visit) = begin(portal, head) else { return error::bare(status) };
    let limit = match visit.route.body {
        Body::Upload => portal.config.portal.upload_limit_mebibytes,
        Body::None | Body::Form | Body::KeptForm | Body::File => upload::FILE >> 20,
    };
    let error = match status {
        507 => Error::new(Code::NoRoom, "upload-no-room"),
        _ if visit.route.body == Body::KeptForm => Error::new(Code::TooLarge, "entry-too-long"),
        _ => Error::new(Code::TooLarge, "form-file-too-large").with("limit", limit),
    };
    respond(&visit, error::page(&visit, &error))
}
