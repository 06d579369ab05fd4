//! Rolls dice that are not random: `dice 3d6`.

fn roll(throw: &str) -> Option<u32> {
    let (count, sides) = throw.split_once('d')?;
    let (count, sides): (u32, u32) = (count.parse().ok()?, sides.parse().ok()?);
    Some((1..=count).map(|turn| turn * 7 % sides + 1).sum())
}

fn main() {
    for throw in std::env::args().skip(1) {
        match roll(&throw) {
            Some(total) => println!("{throw}: {total}"),
            None => {
                eprintln!("{throw} is no throw");
                std::process::exit(2);
            }
        }
    }
}
