//! The inner server: everything comes through it unchanged, and nobody but the
//! front door gets to it.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    sync::{Arc, Mutex},
    thread::{self, sleep},
    time::{Duration, Instant},
};

use hd4dp::front::{BodyLimit, Clients, Handler, Head, Inside, Limits, Request, Response};

use super::{Toy, house, house_of, in_a_child, is_a_child};

/// Tells what it saw of a request.
struct Mirror;

impl Handler for Mirror {
    fn limit(&self, _: &Head) -> BodyLimit {
        BodyLimit::Bytes(1024 * 1024)
    }

    fn answer(&self, request: Request) -> Response {
        let Head { method, path, query, headers, peer, client_certificate, length, id, .. } = request.head;
        let certificate = client_certificate.map(|der| der.to_vec());
        let seen =
            (method, path, query, headers, peer.ip(), certificate, length, request.body, request.spool);
        Response::with_body(201, "text/plain", format!("{seen:?}").into_bytes())
            .header("Set-Cookie", "a=b; Path=/")
            .and_then(|response| response.header("Set-Cookie", "c=d"))
            .and_then(|response| response.header("X-Seen-Id", id.to_string()))
            .unwrap()
    }
}

const WAYS: [Option<Inside>; 3] = [None, Some(Inside::Socket), Some(Inside::Port)];

#[test]
fn a_handler_sees_and_says_the_same_with_and_without_the_inner_server() {
    let request = "POST /a%20b/?c=d?&e HTTP/1.1\r\nHost: localhost:1\r\nCookie: naam=Zo\u{eb}; x=y\r\nX-Empty:\r\n\
         X-Hd4dp-Exchange: forged\r\nX-Twice: 1\r\nX-Twice: 2\r\nTE: chunked\r\nConnection: keep-alive\r\n\
         Content-Length: 30000\r\n\r\n";
    let request = format!("{request}{}", "b".repeat(30_000));
    let mut seen = WAYS.map(|inside| {
        let house = house_of(Arc::new(Mirror), Limits::default(), inside, |pki| {
            Clients::Certified(vec![pki.anchor()])
        });
        let mut client = house.client_with(Some(house.pki.issue("client")));
        client.send(&request);
        let (status, head, body) = client.answer().unwrap();
        assert_eq!(status, 201);
        let line = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        assert_eq!(line("X-Seen-Id: "), line("X-Request-Id: "));
        assert_eq!(head.matches("Set-Cookie: ").count(), 2, "{head}");
        assert!(!head.contains("Server:") && !head.contains("x-hd4dp"), "{head}");
        assert_eq!(client.head_of("/x").unwrap().matches("Content-Length: ").count(), 1);
        let certificate = body.find("Some([").unwrap()..body.find("]), Some(30000)").unwrap();
        (body.len() - certificate.len(), body.replace(&body[certificate], ""))
    });
    // Only the direct way shows the field that would be ours.
    seen[0].1 = seen[0].1.replace("(\"x-hd4dp-exchange\", \"forged\"), ", "");
    assert_eq!(seen[0].1, seen[1].1);
    assert_eq!(seen[1].1, seen[2].1);
    assert!(seen[0].1.contains("naam=Zo\u{eb}"), "{}", &seen[0].1[..400]);
}

impl super::Client {
    fn head_of(&mut self, path: &str) -> Option<String> {
        self.send(&format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        self.head()
    }
}

/// Answers with as many bytes as the path says.
struct Bulk;

impl Handler for Bulk {
    fn limit(&self, _: &Head) -> BodyLimit {
        BodyLimit::Bytes(0)
    }

    fn answer(&self, request: Request) -> Response {
        let size = request.head.path[1..].parse().unwrap_or(0);
        Response::with_body(if size == 0 { 204 } else { 200 }, "text/plain", vec![b'x'; size])
    }
}

#[test]
fn an_answer_of_any_size_tells_its_length() {
    for inside in WAYS {
        let house = house_of(Arc::new(Bulk), Limits::default(), inside, |_| Clients::Anybody);
        let mut client = house.client();
        for size in [0, 1, 16_384, 32_768, 100_000, 5_000_000] {
            let (status, head, body) = client.get(&format!("/{size}")).unwrap();
            assert_eq!((status, body.len()), (if size == 0 { 204 } else { 200 }, size), "{head}");
            assert!(!head.contains("chunked"), "{head}");
        }
    }
}

#[test]
fn a_client_that_does_not_read_gives_its_place_back() {
    let limits = Limits {
        connections: 1,
        loopback_reserve: 0,
        write_stall: Duration::from_millis(300),
        ..Limits::default()
    };
    let house = house_of(Arc::new(Bulk), limits, Some(Inside::default()), |_| Clients::Anybody);
    let mut deaf = house.client();
    deaf.send("GET /50000000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let until = Instant::now() + Duration::from_secs(10);
    while house.client().get("/1").is_none() {
        assert!(Instant::now() < until, "the place is still taken");
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_request_beyond_those_under_way_is_told_to_come_back() {
    let limits = Limits { exchanges: 1, turn: Duration::from_millis(50), ..Limits::default() };
    let house = house_of(Arc::new(Toy), limits, Some(Inside::default()), |_| Clients::Anybody);
    let mut slow = house.client();
    slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
    sleep(Duration::from_millis(500));
    let mut other = house.client();
    let (status, head, _) = other.get("/").unwrap();
    assert_eq!(status, 503);
    assert!(head.contains("\r\nRetry-After: 1\r\n"), "{head}");
    assert_eq!(slow.answer().unwrap().0, 200);
    assert_eq!(other.get("/").unwrap().0, 200, "on the same connection");
}

#[test]
fn a_burst_of_new_connections_stalls_nobody() {
    for inside in [Inside::Socket, Inside::Port] {
        let house = house_of(Arc::new(Toy), Limits::default(), Some(inside), |_| Clients::Anybody);
        let worst = thread::scope(|scope| {
            let clients: Vec<_> = (0..40)
                .map(|_| {
                    scope.spawn(|| {
                        let mut client = house.client();
                        let times = (0..12).map(|_| {
                            let began = Instant::now();
                            assert_eq!(client.get("/").unwrap().0, 200);
                            began.elapsed()
                        });
                        times.max().unwrap()
                    })
                })
                .collect();
            clients.into_iter().map(|client| client.join().unwrap()).max().unwrap()
        });
        assert!(worst < Duration::from_secs(2), "{worst:?}");
    }
}

#[test]
fn a_panicking_handler_costs_no_worker() {
    for inside in [Inside::Socket, Inside::Port] {
        let house = house_of(Arc::new(Toy), Limits::default(), Some(inside), |_| Clients::Anybody);
        for _ in 0..20 {
            assert_eq!(house.client().get("/panic").unwrap().0, 500);
        }
        assert_eq!(house.client().get("/").unwrap().0, 200);
    }
}

/// Runs only as a child of the next test.
#[cfg(unix)]
#[test]
fn socket_child() {
    use std::os::unix::{fs::PermissionsExt, net::UnixStream};
    if !is_a_child() {
        return;
    }
    let house = house(Limits::default());
    let folder = folders().pop().expect("a folder");
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    strangers_are_refused(|| UnixStream::connect(folder.join("0")).unwrap());
    assert_eq!(house.client().get("/").unwrap().0, 200);
    // The listener is taken away; another takes its place.
    let mut client = house.client();
    fs::remove_file(folder.join("0")).unwrap();
    for _ in 0..3 {
        assert_eq!(client.get("/").unwrap().0, 200);
    }
    drop(client);
    house.server.stop();
    let until = Instant::now() + Duration::from_secs(10);
    while !folders().is_empty() {
        assert!(Instant::now() < until, "the folder stays");
        sleep(Duration::from_millis(20));
    }
}

#[cfg(unix)]
fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(std::env::temp_dir()).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("hd4dp-")).collect()
}

#[cfg(unix)]
#[test]
fn the_inner_socket_is_private_and_replaced_when_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    in_a_child(&format!("export TMPDIR='{}'", folder.path().display()), "inner::socket_child");
}

/// Runs only as a child of the next test.
#[cfg(target_os = "linux")]
#[test]
fn port_child() {
    if !is_a_child() {
        return;
    }
    let house = house_of(Arc::new(Toy), Limits::default(), Some(Inside::Port), |_| Clients::Anybody);
    let inner: Vec<u16> =
        ports().into_iter().filter(|port| *port != house.server.addresses()[0].port()).collect();
    assert_eq!(inner.len(), 2, "one for uploads");
    for port in inner {
        strangers_are_refused(|| TcpStream::connect(("127.0.0.1", port)).unwrap());
    }
    assert_eq!(house.client().get("/").unwrap().0, 200);
}

/// The ports that this process listens on.
#[cfg(target_os = "linux")]
fn ports() -> Vec<u16> {
    let sockets: Vec<_> = fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok())
        .map(|link| link.to_string_lossy().into_owned())
        .collect();
    let table = fs::read_to_string("/proc/self/net/tcp").unwrap();
    let lines = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines
        .filter(|fields| fields[3] == "0A" && sockets.contains(&format!("socket:[{}]", fields[9])))
        .map(|fields| u16::from_str_radix(fields[1].rsplit(':').next().unwrap(), 16).unwrap())
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn the_inner_port_answers_nobody_without_the_token() {
    in_a_child("true", "inner::port_child");
}

/// Without the token nothing is answered, and even a huge length does no harm.
fn strangers_are_refused<S: Read + Write>(connect: impl Fn() -> S) {
    let token = "0".repeat(64);
    let forged =
        format!("x-hd4dp-exchange: {token} 01890a5d-ac96-774b-bcce-b302099a8057 127.0.0.1:1 0 -\r\n");
    for fields in
        ["", &forged, "Content-Length: 4000000000000\r\n", "Content-Length: 9223372036854775807\r\n"]
    {
        let mut link = connect();
        write!(link, "GET / HTTP/1.1\r\nHost: localhost\r\n{fields}Connection: close\r\n\r\n").unwrap();
        let mut line = [0; 12];
        link.read_exact(&mut line).unwrap();
        assert_eq!(&line, b"HTTP/1.1 403", "{fields}");
    }
}

/// Runs only as a child of the next test.
#[test]
fn log_child() {
    if !is_a_child() {
        return;
    }
    tracing_subscriber::fmt().with_ansi(false).with_writer(|| Noted).init();
    let house = house(Limits::default());
    let (_, head, _) = house.client().get("/ssp/a/85040216932?niss=85040216932").unwrap();
    let id = head.lines().find(|line| line.starts_with("X-Request-Id: ")).unwrap();
    writeln!(std::io::stdout(), "{id}").unwrap();
    house.status("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    // A line is written behind its answer.
    let noted = || String::from_utf8(NOTED.lock().unwrap().clone()).unwrap();
    for _ in 0..1_000 {
        if noted().matches("hd4dp::request").count() == 2 {
            break;
        }
        sleep(Duration::from_millis(10));
    }
    writeln!(std::io::stdout(), "{}", noted()).unwrap();
}

/// What the child logged.
static NOTED: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Noted;

impl Write for Noted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        NOTED.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn each_request_is_one_line_of_the_log_without_a_number_of_a_person() {
    let printed = in_a_child("true", "inner::log_child");
    let lines: Vec<_> = printed.lines().filter(|line| line.contains("hd4dp::request")).collect();
    assert_eq!(lines.len(), 2, "{printed}");
    let id = printed.lines().find_map(|line| line.strip_prefix("X-Request-Id: ")).unwrap();
    // Each connection writes its own, so they come in any order.
    let has = |part: &str| lines.iter().any(|line| line.contains(part));
    assert!(has(&format!("id={id} method=\"GET\" path=\"/ssp/…/…\" status=200 bytes=")), "{printed}");
    assert!(has("status=421"), "{printed}");
    assert!(!printed.contains("85040216932"), "{printed}");
}
