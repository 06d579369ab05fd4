mod greeting;

use tiny_http::{Header, Response, Server};

fn main() {
    let name = std::env::args().nth(1).unwrap_or_else(|| String::from("world"));
    let server = Server::http("0.0.0.0:8080").expect("the port is taken");
    for request in server.incoming_requests() {
        let response = match request.url() {
            "/" => Response::from_string(greeting::of(&name)),
            "/about" => Response::from_string(include_str!("about.txt")),
            _ => Response::from_string("no such page\n").with_status_code(404),
        };
        let plain = Header::from_bytes("Content-Type", "text/plain; charset=utf-8").expect("a header");
        let _ = request.respond(response.with_header(plain));
    }
}
