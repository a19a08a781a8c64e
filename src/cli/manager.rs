//! `manager add|list|reset`.

use serde_json::json;

use super::{Context, Done, say, say_json, table};
use crate::{
    clock,
    domain::account::{Account, Temporary},
    error::{Code, Error, Result},
    portal::{
        password::{self, Hasher},
        setup_code,
    },
    store::{account, manager, password as stored, second_factor, setup_code as stored_code},
};

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Makes a User Manager and prints the temporary password, once
    Add {
        /// The person's e-mail address
        email: String,
        #[arg(long)]
        json: bool,
    },
    /// Lists the User Managers
    List {
        #[arg(long)]
        json: bool,
    },
    /// Gives a User Manager who cannot log in a temporary password, and takes
    /// the second factor off
    Reset {
        /// The person's e-mail address
        email: String,
        #[arg(long)]
        json: bool,
    },
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::Add { email, json } => add(context, &email, json),
            Self::List { json } => list(context, json),
            Self::Reset { email, json } => reset(context, &email, json),
        }
    }
}

/// An account that exists keeps its password and becomes User Manager.
fn add(context: &Context, email: &str, as_json: bool) -> Result<Done> {
    let store = context.store()?;
    let by = context.by();
    let (password, temporary) = temporary(context)?;
    let made = store.write(|tx| {
        let known = account::by_email(tx, email)?;
        match &known {
            Some(known) if known.is_manager => {
                return Err(Error::new(Code::Conflict, "manager-known").with("email", known.email.as_str()));
            }
            Some(known) => manager::appoint(tx, &by, known.id)?,
            None => {
                manager::add(tx, &by, email, &temporary)?;
            }
        }
        stored_code::remove(tx)?;
        Ok(known.is_none())
    })?;
    setup_code::tidy(store)?;
    if made {
        tell(context, email, &password, &temporary, as_json)
    } else if as_json {
        say_json(&json!({ "email": email, "temporary_password": null }))?;
        Ok(Done::Well)
    } else {
        say(context.text("manager-appointed", &[("email", email.into())]))?;
        Ok(Done::Well)
    }
}

fn list(context: &Context, as_json: bool) -> Result<Done> {
    let managers = context.store()?.read(manager::all)?;
    if as_json {
        say_json(&managers)?;
    } else if managers.is_empty() {
        say(context.text("manager-none", &[]))?;
    } else {
        let state = |known: &Account| match known.temporary_until {
            Some(_) => context.text("manager-temporary", &[]),
            None => String::new(),
        };
        let rows: Vec<_> = managers.iter().map(|known| vec![known.email.clone(), state(known)]).collect();
        table::lines(&rows).iter().try_for_each(say)?;
    }
    Ok(Done::Well)
}

fn reset(context: &Context, email: &str, as_json: bool) -> Result<Done> {
    let (password, temporary) = temporary(context)?;
    let by = context.by();
    context.store()?.write(|tx| {
        let known = account::by_email(tx, email)?.filter(|known| known.is_manager);
        let known = known.ok_or_else(|| Error::new(Code::Usage, "manager-unknown").with("email", email))?;
        stored::reset(tx, &by, known.id, &temporary)?;
        if known.has_second_factor {
            second_factor::reset(tx, &by, known.id)?;
        }
        Ok(())
    })?;
    tell(context, email, &password, &temporary, as_json)
}

fn temporary(context: &Context) -> Result<(zeroize::Zeroizing<String>, Temporary)> {
    let password = password::temporary()?;
    let hash = Hasher::new(context.store()?.keys()).hash(&password)?;
    Ok((password, Temporary::new(hash, clock::now().as_millisecond())))
}

fn tell(
    context: &Context,
    email: &str,
    password: &str,
    temporary: &Temporary,
    as_json: bool,
) -> Result<Done> {
    let until = jiff::Timestamp::from_millisecond(temporary.until).map_err(Error::internal)?;
    if as_json {
        let until = until.to_string();
        say_json(&json!({ "email": email, "temporary_password": password, "expires": until }))?;
    } else {
        let until = clock::local(until).strftime("%Y-%m-%d %H:%M").to_string();
        say(context.text(
            "manager-password",
            &[("email", email.into()), ("password", password.into()), ("until", until.into())],
        ))?;
    }
    Ok(Done::Well)
}
