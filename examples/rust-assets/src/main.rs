use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tiny_http::{Request, Response, Server};

fn open_database() -> Connection {
    let path = std::env::var("SHELF_DATABASE").unwrap_or_else(|_| String::from("/var/lib/shelf/books.db"));
    let database = Connection::open(path).expect("the database cannot be opened");
    database.execute_batch(include_str!("schema.sql")).expect("the schema is wrong");
    database
}

fn page(database: &Connection) -> String {
    let template = fs::read_to_string("templates/shelf.html").expect("the template is missing");
    let mut statement = database.prepare("SELECT title FROM books ORDER BY title").expect("a statement");
    let titles: Vec<String> = statement.query_map([], |row| row.get::<_, String>(0)).expect("a query").map(|title| format!("<li>{}</li>", title.unwrap())).collect();
    template.replace("{{books}}", &titles.join("\n"))
}

fn asset(request: &Request) -> Option<Vec<u8>> {
    let name = request.url().strip_prefix("/static/")?;
    if name.contains("..") {
        return None;
    }
    fs::read(Path::new("static").join(name)).ok()
}

fn main() {
    let database = open_database();
    let server = Server::http("0.0.0.0:8000").expect("the port is taken");
    for request in server.incoming_requests() {
        let answer = match request.url() {
            "/" => Some(page(&database).into_bytes()),
            "/version" => Some(rusqlite::version().split('.').next().unwrap_or("").as_bytes().to_vec()),
            _ => asset(&request),
        };
        let _ = match answer {
            Some(body) => request.respond(Response::from_data(body)),
            None => request.respond(Response::from_string("not found\n").with_status_code(404)),
        };
    }
}
