//! `hd4dp`: the on-premise side of healthdata.be in one binary.
//!
//! A hospital's registrations come in as CSV files, forms and payloads of
//! systems, are judged by a Data Collection Definition (DCD), stored, and leave
//! in two halves over mutual TLS: registry variables to the platform, patient
//! identifiers to a trusted third party (TTP). Neither party gets the other
//! half; what pairs them is drawn for each batch and forgotten.
//!
//! # Where things are
//!
//! Each folder knows only those named beside it; `tests/layering.rs` checks
//! that. All may use [`domain`], [`config`], [`error`], [`clock`] and
//! [`language`].
//!
//! | folder | is about | knows |
//! | --- | --- | --- |
//! | [`domain`] | the words and rules that everything else speaks in: identifiers, states, counts | nothing |
//! | [`definition`] | DCDs: reading workbooks, variables, expressions, code lists, samples | |
//! | [`validate`] | a row and a definition become values and findings; pure | `definition` |
//! | [`store`] | one SQLite file: one file of code for each noun, the audit, the keys | `definition` |
//! | [`certificate`] | eHealth's PKCS#12 stores and what is wrong with them; the server's own certificate | `store` |
//! | [`intake`] | bytes become rows, rows become stored registrations | `validate`, `definition`, `store` |
//! | [`transfer`] | split, seal, queue, deliver, receipts, outcome | `store`, `certificate` |
//! | [`front`] | the TLS front door that servers here stand behind | `certificate` |
//! | [`portal`] | the Self-Service Portal: one table of routes, a gate, a file for each page | `intake`, `validate`, `store`, `definition`, `certificate`, `front`, `api` |
//! | [`api`] | the API under `/proxy` for systems: one table of addresses, keys, payloads, batches, FHIR | `intake`, `validate`, `store`, `definition`, `front` |
//! | [`sandbox`] | a TTP and a platform for trials and tests, written from the protocol alone | `front`, `certificate` |
//! | [`app`] | everything that runs, wired together | all |
//! | [`cli`] | one file for each verb | all |
//!
//! The same noun has the same file name in each folder: what a batch is in SQL
//! is in `store/batch.rs`, what a delivery's state means is in
//! `domain/delivery.rs`.
//!
//! # What always holds
//!
//! 1. `domain` and `validate` touch no file, no network and no clock.
//! 2. Only `store` and one file of `sandbox` name rusqlite; only `front`,
//!    `certificate`, `transfer` and `sandbox` name rustls; only
//!    `front/inner.rs` names tiny_http, which never meets the network.
//! 3. Only `transfer` connects to the outside; `sandbox/client.rs` plays the
//!    TTP and is outside itself.
//! 4. Nothing is acknowledged before its transaction has committed to the disk
//!    (`synchronous=FULL`), together with its audit event.
//! 5. Every step of a worker may be run twice. A claim is a lease: it ends by
//!    itself, and at once when another process takes the workers' lock, since
//!    then the first one is gone. What was claimed may have arrived, so the
//!    receipt is asked for before anything is sent again.
//! 6. No worker ends on an error. What failed in passing is tried again, what
//!    fails for good is parked with its reason and waits for a person.
//! 7. After `transfer/split.rs` no value holds a patient's identifier together
//!    with a registry variable. The codes that pair the halves, and the key
//!    that hides them from the TTP, exist in memory and inside sealed bodies
//!    only; a body is deleted when its receipt is in.
//! 8. A function of `store` that touches an organisation's data takes the
//!    organisation.
//! 9. No secret is in the database in clear. Keys, identifiers, contents, bodies
//!    and refused rows are sealed with subkeys of a key that lies outside
//!    (`store/key.rs`).
//! 10. No identifier, secret or value of a registration is in a log, an error or
//!     a finding: shapes only ([`domain::finding::shape`]).
//! 11. Verbs work beside a running `serve`: each write is one `BEGIN IMMEDIATE`
//!     transaction, and nothing that correctness needs is kept in memory between
//!     two of them. Only those who deliver take an exclusive lock.
//! 12. An audit event is one act of a person or one step of a worker. Events
//!     form an HMAC chain, whose head `serve` tells the log once a day.
//! 13. Every row read is accepted, unchanged or rejected, and every accepted one
//!     is in exactly one state: [`domain::summary::Summary`] adds up.
//! 14. Time comes from [`clock`], texts for people from [`language`].
//!
//! # An import, step by step
//!
//! `hd4dp import --organisation 71099911 --dcd INTEGO-LAB results.csv`
//!
//! 1. `cli/import.rs` finds organisation and definition and makes an
//!    [`intake::job::Job`].
//! 2. `intake/source.rs` looks the file over once: encoding, digest, whether it
//!    is text at all. `intake/header.rs` finds the delimiter and maps columns to
//!    variables. What is wrong up to here refuses the file.
//! 3. `store/import.rs` says whether these bytes came before. An import that was
//!    interrupted goes on at the byte up to which everything is stored.
//! 4. In a thread of its own `intake/cut.rs` has `intake/rows.rs` cut rows. In as
//!    many more as there are cores `intake/reader.rs` has [`validate::Validator`]
//!    judge them, a thousand at a time, and the gate (physician enrolled? patient
//!    objecting?) say what holds them back; it packs those that passed into blocks
//!    (`store/block.rs`). `intake/pass.rs` puts them back into the file's order.
//! 5. Meanwhile `intake/job.rs` stores the chunk before, in one transaction:
//!    blocks, findings, sealed refused rows, counts and the new position.
//!    `store/registration.rs` finds each business key's fate by its keyed hash:
//!    new, unchanged, or a correction that supersedes.
//! 6. The last chunk's transaction ends the import and writes its audit event.
//!    `intake/report.rs` makes the findings and the rows to mend into files when
//!    somebody asks.
//!
//! # An upload, step by step
//!
//! A form with a file is posted to `/ssp/groups/71099911/uploads/new`.
//!
//! 1. Before its first byte `portal/gate.rs` asks whose session it is and
//!    whether they may. `portal/receive.rs` then takes the form as it comes and
//!    writes the file sealed (`store/sealed_file.rs`), once the form's token was
//!    right.
//! 2. When it is whole `portal/pages/upload_new.rs` notes it
//!    (`intake/upload.rs`). A file that nothing notes is removed.
//! 3. `intake/runner.rs` makes the dry run (`intake/step.rs`, `intake/check.rs`)
//!    and waits for a person; then it runs the import above, or goes on with it
//!    after a kill. The pages only look: at the store, and at `intake/desk.rs`
//!    for how far it is.
//! 4. With its end the sealed file is deleted. What a kill leaves of it is swept
//!    away at the next start.
//!
//! # A file in the drop folder, step by step
//!
//! `cp results.csv /srv/drop/71099911-…/INTEGO-147/INTEGO-LAB/`
//!
//! 1. `intake/folder/worker.rs` looks every few seconds: `root.rs` says whether
//!    the folder is the one that was set up, `look.rs` makes folders that are
//!    missing and lists what lies where.
//! 2. What two looks found unchanged is taken (`take.rs`): copied into the sealed
//!    spool, noted as an upload together with a row of `store/dropped.rs`, and
//!    moved to `ARCHIVE`. After a kill that row says what is left to do.
//! 3. The upload goes the way above, but nobody is asked: its import follows its
//!    dry run.
//! 4. Then `result.rs` writes what became of each row into `RESULT`, with the
//!    sealed file, which is deleted only now.
//!
//! # A registration by form, step by step
//!
//! `POST /ssp/groups/71099911/registrations/new/INTEGO-DIAG/NAME`, where `NAME`
//! is a random one that each new form has
//!
//! 1. `portal/entry/typed.rs` makes cells of the fields, `portal/entry/judged.rs`
//!    has [`validate::Validator`] judge them as it does a row's. While somebody
//!    types, the script of the page is told the same (`portal/entry/live.rs`); it
//!    has no rules of its own.
//! 2. Drafts and what is submitted go into the store by `intake/entry.rs`, with
//!    gate, key and audit event in one transaction: one import a day for each
//!    person and definition (`store/entry.rs`).
//! 3. What was typed when the session had ended is kept, sealed, for the person
//!    whose session it was (`portal/entry/lost.rs`), under the address of its
//!    form.
//!
//! # A registration from a system, step by step
//!
//! `POST /proxy/api/dcd/payload/submit` with a JSON object
//!
//! 1. `app.rs` gives paths under `/proxy` to [`api`], past tiny_http. Before the
//!    first byte of the body `api/access.rs` looks whose key it is.
//! 2. `api/payload.rs` makes cells of the object's members, and
//!    [`validate::Validator`] judges them as it does a row's.
//! 3. `intake/convoy.rs` stores it in the next transaction, with whoever else
//!    came while the last one was on its way to the disk: gate, blocks, findings,
//!    counts, the audit event, and the answer if it is to be kept
//!    (`store/idempotency.rs`).
//! 4. Only then it is answered, with the name of its business key. What a key
//!    sends one by one is one import a day (`store/submission.rs`); a batch is
//!    one of its own. It goes into the store in parts, which end at many rows or
//!    many findings so that nobody waits for long (`api/submit.rs`).
//!
//! # A delivery, step by step
//!
//! `hd4dp serve`, or `hd4dp deliver --until-empty`
//!
//! 1. `transfer/worker.rs` starts two threads that seal, several that send to
//!    each service, and one that asks for outcomes. Whoever delivers holds
//!    `transfer/lock.rs`; a second `deliver` only watches (`transfer/drain.rs`).
//! 2. Sealing (`transfer/prepare.rs`) takes up to a thousand waiting
//!    registrations, asks the gate again, draws a code for each, and splits them.
//!    `transfer/seal.rs` and `transfer/cms.rs` make the sealed message for the
//!    platform. `store/batch.rs` queues both bodies and the registrations' new
//!    state in one transaction, unless a correction came in between.
//! 3. Sending claims the delivery that is longest due (`store/delivery.rs`). In
//!    the transaction that claims a batch for its first transmission the gate is
//!    asked once more; if something may no longer leave, the batch is dissolved
//!    unsent and the rest sealed anew under a new name.
//! 4. `transfer/send.rs` sends it with the organisation's own
//!    `transfer/client.rs`, and judges the answer. `transfer/retry.rs` says when to
//!    try again, `transfer/answer.rs` whether a receipt is one for these bytes.
//! 5. With the last receipt of a batch its registrations are sent, and
//!    `transfer/ask.rs` asks the platform for the outcome until it is final.
//!    `store/outcome.rs` writes it down: each registration is consolidated, or
//!    refused with the platform's reason.
//!
//! # A page, step by step
//!
//! `GET https://localhost/ssp/groups/71099911/members`
//!
//! 1. `front/accept.rs` takes the connection if the limits leave one,
//!    `front/stream.rs` does the handshake, `front/head.rs` reads one
//!    unambiguous head. `front/inner.rs` relays the whole, bounded request to
//!    tiny_http, whose worker calls the portal.
//! 2. `portal/gate.rs` finds the line in `portal/routes.rs`, the session by the
//!    hash of its token, and what the account may do. Whom the organisation is
//!    closed to gets 404, who may not do this 403 with who can.
//! 3. A form is read only then, and refused without the token of this session.
//! 4. The line's function reads the store, or changes it in one transaction
//!    with its audit event, and `portal/render.rs` renders its template. A page
//!    view writes nothing.

pub mod api;
pub mod app;
pub mod certificate;
pub mod cli;
pub mod clock;
pub mod config;
pub mod definition;
pub mod domain;
pub mod error;
pub mod front;
pub mod intake;
pub mod language;
pub mod portal;
pub mod sandbox;
pub mod store;
pub mod transfer;
pub mod validate;
