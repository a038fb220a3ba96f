//! A very small HTTP server on the loopback.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

/// Longest body of a request: the indices of a large registry.
const MAX_REQUEST: usize = 1 << 24;

/// What goes back.
pub(crate) enum Response {
    Json(serde_json::Value),
    Ssz(Vec<u8>),
    /// SSZ that lies in a file.
    File(File),
    NotFound,
}

/// Answers on a port of its own until the process ends: path and body come in.
pub(crate) fn serve(
    answer: impl Fn(&str, &[u8]) -> Response + Send + Sync + 'static,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // Whoever asks may go away: that ends the connection and nothing else.
            std::thread::spawn(move || exchange(&stream, answer.as_ref()));
        }
    });
    Ok(address)
}

fn exchange(stream: &TcpStream, answer: &dyn Fn(&str, &[u8]) -> Response) -> io::Result<()> {
    // Head and body are two writes: without this the second waits for the first's acknowledgement.
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    // One connection serves many requests, as real nodes' do.
    while let Some((path, body)) = read(&mut reader)? {
        write(stream, answer(&path, &body))?;
    }
    Ok(())
}

fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let Some(path) = line.split(' ').nth(1).map(str::to_owned) else {
        return Ok(None);
    };
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(usize::MAX);
        }
    }
    if length > MAX_REQUEST {
        return Ok(None);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some((path, body)))
}

fn write(mut stream: &TcpStream, response: Response) -> io::Result<()> {
    let (status, content_type, length) = match &response {
        Response::Json(_) => (200, "application/json", None),
        Response::Ssz(body) => (200, "application/octet-stream", Some(body.len() as u64)),
        Response::File(file) => {
            let length = file.metadata()?.len();
            (200, "application/octet-stream", Some(length))
        }
        Response::NotFound => (404, "application/json", None),
    };
    let body = match &response {
        Response::Json(value) => value.to_string().into_bytes(),
        Response::Ssz(body) => body.clone(),
        Response::NotFound => b"{\"code\":404,\"message\":\"not found\"}".to_vec(),
        Response::File(_) => Vec::new(),
    };
    let length = length.unwrap_or(body.len() as u64);
    let head = format!(
        "HTTP/1.1 {status} .\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)?;
    if let Response::File(mut file) = response {
        io::copy(&mut file, &mut stream)?;
    }
    stream.flush()
}
