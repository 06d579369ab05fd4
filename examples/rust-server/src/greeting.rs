/// The greeting for a name.
pub fn of(name: &str) -> String {
    format!("Hello, {name}!\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn greets() {
        assert_eq!(super::of("file in tests/names.txt"), std::fs::read_to_string("tests/names.txt").unwrap());
    }
}
