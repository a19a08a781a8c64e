//! Log in and log out.

use std::net::IpAddr;

use crate::{
    clock,
    domain::account::{Account, AccountId},
    error::{Error, Result},
    portal::{
        answer::Answer, content::content, cookie, errors::Errors, password::Verdict, second_factor::Secret,
        visit::Visit,
    },
    store::{
        Tx, account,
        login::{self, Gate},
        password, second_factor,
        session::{self, Session},
    },
};

/// The form.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    if visit.who.as_ref().is_some_and(|who| who.has_arrived()) {
        return Ok(Answer::redirect("/ssp"));
    }
    Ok(form(visit, None))
}

/// E-mail address and password.
pub fn post(visit: &Visit<'_>) -> Result<Answer> {
    let email = visit.form.get("email");
    let address = address(visit);
    if let Some(refusal) = closed(visit, email, address)? {
        return Ok(form(visit, Some(refusal)));
    }
    let known = visit.read(|tx| {
        let Some(account) = account::by_email(tx, email)? else { return Ok(None) };
        Ok(password::hash(tx, account.id)?.map(|hash| (account, hash)))
    })?;
    let hash = known.as_ref().map(|(_, hash)| hash.as_str());
    let typed = visit.form.raw("password");
    let verdict = visit.portal.hasher.check(typed, hash)?;
    let Some((account, hash)) = known.filter(|_| verdict != Verdict::Wrong) else {
        visit.write(|tx| login::fail(tx, email, address))?;
        return Ok(form(visit, Some(Error::invalid("login-wrong"))));
    };
    if verdict == Verdict::Outdated {
        let newer = visit.portal.hasher.hash(typed)?;
        visit.write(|tx| password::rehash(tx, account.id, &hash, &newer))?;
    }
    if account.temporary_until.is_some_and(|until| until <= clock::now().as_millisecond()) {
        return Ok(form(visit, Some(Error::invalid("login-expired"))));
    }
    arrive(visit, &account, address)
}

/// The second step's form.
pub fn show_code(visit: &Visit<'_>) -> Result<Answer> {
    match visit.who()?.next_step() {
        Some("/ssp/login/code") => Ok(code_form(visit, None)),
        step => Ok(Answer::redirect(step.unwrap_or("/ssp"))),
    }
}

/// The code of the second step.
pub fn post_code(visit: &Visit<'_>) -> Result<Answer> {
    let who = visit.who()?;
    let address = address(visit);
    if let Some(refusal) = closed(visit, &who.account.email, address)? {
        return Ok(code_form(visit, Some(refusal)));
    }
    let code = visit.form.get("code");
    let completed = visit.write(|tx| {
        if !is_right(tx, who.account.id, code)? {
            login::fail(tx, &who.account.email, address)?;
            return Ok(None);
        }
        login::succeed(tx, &who.account, address)?;
        session::complete(tx, &who.session).map(Some)
    })?;
    Ok(match completed {
        None => code_form(visit, Some(Error::invalid("factor-wrong"))),
        Some(token) => Answer::redirect(next(visit)).cookie(cookie::set(cookie::SESSION, token.text(), None)),
    })
}

/// Whether it is the app's present code, or a recovery code; each is good once.
fn is_right(tx: &Tx<'_>, id: AccountId, code: &str) -> Result<bool> {
    let Some(secret) = second_factor::secret(tx, id)? else { return Ok(false) };
    match Secret::stored(secret).check(code, tx.now) {
        Some(step) => second_factor::use_step(tx, id, step),
        None => second_factor::use_code(tx, id, code),
    }
}

/// Ends the session.
pub fn leave(visit: &Visit<'_>) -> Result<Answer> {
    let Session { id, account, .. } = visit.who()?.session;
    visit.write(|tx| session::end(tx, account, id))?;
    Ok(Answer::redirect("/ssp/login").cookie(cookie::remove(cookie::SESSION)))
}

/// The password was right: a new session, which may still need the second
/// factor.
fn arrive(visit: &Visit<'_>, account: &Account, address: IpAddr) -> Result<Answer> {
    let browser = visit.head.header("user-agent").unwrap_or_default();
    let is_complete = !account.has_second_factor;
    let (token, _) = visit.write(|tx| {
        if is_complete {
            login::succeed(tx, account, address)?;
        }
        session::open(tx, account.id, is_complete, &address.to_string(), browser, visit.portal.limits())
    })?;
    let next = match is_complete {
        true => next(visit),
        false => format!("/ssp/login/code?next={}", next(visit)),
    };
    Ok(Answer::redirect(next)
        .cookie(cookie::set(cookie::SESSION, token.text(), None))
        .cookie(cookie::remove(cookie::ARRIVAL)))
}

/// Why nobody may try now, if so.
fn closed(visit: &Visit<'_>, email: &str, address: IpAddr) -> Result<Option<Error>> {
    Ok(match visit.read(|tx| login::gate(tx, email, address))? {
        Gate::Open => None,
        Gate::Locked => Some(Error::invalid("login-locked")),
        Gate::Waits(until) => {
            let seconds = (until - clock::now().as_millisecond()).max(0) as u64 / 1_000 + 1;
            Some(Error::invalid("login-wait").with("seconds", seconds))
        }
    })
}

fn form(visit: &Visit<'_>, refusal: Option<Error>) -> Answer {
    let errors = errors(visit, refusal.as_ref());
    let status = errors.status();
    // What became of a form that was sent without a session.
    let typed = Some(visit.query.get("typed")).filter(|typed| matches!(*typed, "kept" | "lost"));
    let content = content! { errors, typed, email => visit.form.get("email"), next => next(visit) };
    visit.page("login.html", content).status(status)
}

fn code_form(visit: &Visit<'_>, refusal: Option<Error>) -> Answer {
    let errors = errors(visit, refusal.as_ref());
    let status = errors.status();
    visit.page("second_factor.html", content! { errors, next => next(visit) }).status(status)
}

fn errors(visit: &Visit<'_>, refusal: Option<&Error>) -> Errors {
    refusal.map_or_else(Errors::default, |error| Errors::of("", error, visit.language))
}

/// The page that was asked for; only one of ours.
fn next(visit: &Visit<'_>) -> String {
    let asked = if visit.form.has("next") { visit.form.get("next") } else { visit.query.get("next") };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    let is_ours = asked == "/ssp" || asked.starts_with("/ssp/");
    if is_ours && asked.bytes().all(is_plain) { asked.to_owned() } else { "/ssp".to_owned() }
}

fn address(visit: &Visit<'_>) -> IpAddr {
    visit.head.peer.ip().to_canonical()
}
