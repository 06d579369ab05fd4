CREATE TABLE IF NOT EXISTS books (title TEXT PRIMARY KEY);
INSERT OR IGNORE INTO books VALUES ('The Sea Atlas'), ('A Field Guide to Moss');
