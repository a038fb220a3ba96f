//! A very small HTTP server on the loopback, for answers that no well-behaved server gives.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// What arrived.
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) accept: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// What goes back.
#[derive(Clone)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// Before the first byte.
    pub(crate) delay: Duration,
    /// After so many bytes of the body the connection closes.
    pub(crate) cut_at: Option<usize>,
    /// The body goes out without its length.
    pub(crate) unannounced: bool,
}

impl Response {
    pub(crate) fn new(content_type: &'static str, body: Vec<u8>) -> Self {
        Self {
            status: 200,
            content_type,
            headers: Vec::new(),
            body,
            delay: Duration::ZERO,
            cut_at: None,
            unannounced: false,
        }
    }

    pub(crate) fn json(value: &serde_json::Value) -> Self {
        Self::new("application/json", value.to_string().into_bytes())
    }

    pub(crate) fn status(status: u16) -> Self {
        // As some nodes do: the body is not to be quoted.
        let body =
            serde_json::json!({"code": status, "message": "STACKTRACE at /srv/node/secret.ts"});
        Self {
            status,
            ..Self::json(&body)
        }
    }
}

/// Serves until it is dropped. `None` closes the connection without an answer.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(
        answer: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let answer = Arc::new(answer);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), answer) = (stream, Arc::clone(&answer)) else {
                    continue;
                };
                std::thread::spawn(move || serve(stream, answer.as_ref()));
            }
        });
        Self {
            address,
            stop,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes it up.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Whoever asks may have been killed meanwhile: errors end the connection.
fn serve(mut stream: TcpStream, answer: &dyn Fn(&Request) -> Option<Response>) {
    let Some(request) = read(&stream) else {
        return;
    };
    if let Some(response) = answer(&request) {
        std::thread::sleep(response.delay);
        let _ = write(&mut stream, &response);
    }
    let _ = stream.shutdown(Shutdown::Both);
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut request = Request {
        path,
        accept: String::new(),
        authorization: None,
        body: Vec::new(),
    };
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        match name.to_lowercase().as_str() {
            "accept" => request.accept = value.trim().to_owned(),
            "authorization" => request.authorization = Some(value.trim().to_owned()),
            "content-length" => length = value.trim().parse().ok()?,
            _ => {}
        }
    }
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

fn write(stream: &mut TcpStream, response: &Response) -> std::io::Result<()> {
    let mut head = format!(
        "HTTP/1.1 {} .\r\nconnection: close\r\ncontent-type: {}\r\n",
        response.status, response.content_type
    );
    if !response.unannounced {
        head += &format!("content-length: {}\r\n", response.body.len());
    }
    for (name, value) in &response.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    stream.write_all(head.as_bytes())?;
    let end = response
        .cut_at
        .unwrap_or(usize::MAX)
        .min(response.body.len());
    stream.write_all(&response.body[..end])?;
    stream.flush()
}
