use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::exit;

use ticker_protocol::ADDRESS;

/// Asks the server for its first page; the exit code says whether it answered.
fn ping() -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(ADDRESS)?;
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text.starts_with("HTTP/1.1 200"))
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("ping") => exit(if ping().unwrap_or(false) { 0 } else { 1 }),
        _ => eprintln!("usage: tickerctl ping"),
    }
}
