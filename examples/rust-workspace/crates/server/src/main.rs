use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use ticker_protocol::{answer, ADDRESS};

fn main() {
    let listener = TcpListener::bind(ADDRESS).expect("the port is taken");
    println!("ticking on {ADDRESS}");
    let mut ticks = 0;
    for stream in listener.incoming().flatten() {
        let mut lines = BufReader::new(&stream).lines();
        let first = lines.next().and_then(Result::ok).unwrap_or_default();
        while matches!(lines.next(), Some(Ok(line)) if !line.is_empty()) {}
        let text = if first.starts_with("GET /ticks ") {
            ticks += 1;
            answer("200 OK", &format!("tick {ticks}\n"))
        } else if first.starts_with("GET / ") {
            answer("200 OK", "a ticker\n")
        } else {
            answer("404 Not Found", "no such page\n")
        };
        let _ = (&stream).write_all(text.as_bytes());
    }
}
