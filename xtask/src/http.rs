//! Just enough HTTP to ask our own page whether it is there.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::failure::{Doing, Failure, Result};

/// A dev server compiles on the first request, which may take a while on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Response {
    pub status: u16,
    pub body: Vec<u8>,
}

/// GET in HTTP/1.0, whose answers end with the connection and come in one piece.
pub fn get(port: u16, path: &str) -> Result<Response> {
    let what = || format!("fetch http://127.0.0.1:{port}{path}");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).doing(what)?;
    stream.set_read_timeout(Some(PATIENCE)).doing(what)?;
    let request = format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\n\r\n");
    stream.write_all(request.as_bytes()).doing(what)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).doing(what)?;
    parse(&answer).ok_or_else(|| Failure::new(format!("cannot {}: the answer is not HTTP", what())))
}

/// A path as it may stand in a request: folders are free to have spaces and accents in their names.
pub fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/@-._~".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn parse(answer: &[u8]) -> Option<Response> {
    const BLANK: &[u8] = b"\r\n\r\n";
    let end = answer.windows(BLANK.len()).position(|window| window == BLANK)?;
    let (head, body) = answer.split_at_checked(end + BLANK.len())?;
    let status = str::from_utf8(head).ok()?.strip_prefix("HTTP/")?.split(' ').nth(1)?.parse().ok()?;
    Some(Response { status, body: body.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::{escaped, parse};

    #[test]
    fn a_path_is_escaped_byte_by_byte() {
        assert_eq!(escaped("/@fs/my files/ä.js"), "/@fs/my%20files/%C3%A4.js");
    }

    #[test]
    fn an_answer_is_a_status_and_a_body() {
        let answer = parse(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
        assert!(answer.is_some_and(|answer| answer.status == 404 && answer.body == b"no"));
        assert!(parse(b"SSH-2.0\r\n\r\n").is_none());
    }
}
