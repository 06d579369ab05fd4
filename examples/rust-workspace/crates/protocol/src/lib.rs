//! What the server and its tool say to each other.

/// Where the server listens.
pub const ADDRESS: &str = "0.0.0.0:7070";

/// The answer to a request, as HTTP.
pub fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}
