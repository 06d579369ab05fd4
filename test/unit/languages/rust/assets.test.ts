import { describe, expect, it } from 'vitest';
import { build, hello, lock, manifest, outcome, plain, runtimeOf, start, text } from './support.ts';

const files = { ...plain, 'templates/index.html': '', 'templates/old.html': '', 'static/a.css': '', 'config/default.toml': '', 'README.md': '', 'Makefile': '' };
const main = (body: string, head = ''): string => `${head}fn main() {\n    ${body}\n}\n`;
const copied = async (source: string, more: Readonly<Record<string, string>> = {}, dockerfile = build + start): Promise<string[]> =>
  runtimeOf(await text(dockerfile, { ...files, 'src/main.rs': source, ...more })).split('\n').flatMap((line) => /^COPY --from=builder \/app\/(\S+) /.exec(line)?.[1] ?? []);
const all = ['config', 'static', 'templates'];

describe('rust: files that the program reads', () => {
  it('takes what string literals name', async () => {
    expect(await copied(main('let _ = std::fs::read_to_string("templates/index.html");'))).toEqual(['templates/index.html']);
    expect(await copied(main('let _ = tera::Tera::new("templates/**/*.html");'))).toEqual(['templates']);
    expect(await copied(main('let _ = tower_http::services::ServeDir::new("static");'))).toEqual(['static']);
    expect(await copied(main('let _ = actix_files::Files::new("/assets", "./static").index_file("a.css");'))).toEqual(['static']);
    expect(await copied(main('let _ = std::fs::read(std::path::Path::new("static").join(name()));'))).toEqual(['static']);
    expect(await copied(main('let _ = std::fs::read(format!("static/{}", name()));'))).toEqual(['static']);
    expect(await copied(main('let _ = std::fs::read(r#"config/default.toml"#);'))).toEqual(['config/default.toml']);
  });

  it('takes everything but the sources where a path is made at run time', async () => {
    expect(await copied(main('let _ = std::fs::File::open(&path());'))).toEqual(all);
    expect(await copied(main('let _ = std::fs::read_to_string(std::env::args().nth(1).unwrap());'))).toEqual(all);
    expect(await copied(main('let _ = ServeDir::new(dir);', 'use tower_http::services::ServeDir;\n'))).toEqual(all);
    const found = await outcome(build + start, { ...files, 'src/main.rs': main('let _ = std::fs::read_dir(dir);') });
    expect(found.findings.find((item) => item.code === 'whole-folder')?.message).toContain('std::fs::read_dir reads a path made at run time (src/main.rs:2)');
  });

  it('takes everything for a framework that reads files by names of its own', async () => {
    const rocket = { 'Cargo.toml': manifest('app', 'rocket = "0.5"'), 'Cargo.lock': lock({ rocket: [] }), 'Rocket.toml': '' };
    expect(await copied(main(''), rocket)).toEqual(['Rocket.toml', ...all]);
  });

  it('needs nothing of what is compiled in', async () => {
    expect(await copied(main('let _ = include_str!("../templates/index.html");'))).toEqual([]);
    expect(await copied(main('sqlx::migrate!("templates").run(&pool);'))).toEqual([]);
    expect(await copied(main('', '#[derive(askama::Template)]\n#[template(path = "templates/index.html")]\nstruct Page;\n'))).toEqual([]);
    expect(await copied(main('', '#[get("/static")]\nfn page() {}\n'))).toEqual([]);
    const embed = main('', '#[derive(rust_embed::RustEmbed)]\n#[folder = "static"]\nstruct Files;\n');
    expect(await copied(embed)).toEqual([]);
    // A debug build reads them from the disk.
    expect(await copied(embed, {}, (build + start).replace(' --release', '').replace('release', 'debug'))).toEqual(['static']);
  });

  it('does not take a folder of sources for what is compiled in from it', async () => {
    expect(await copied(main('let _ = (include_str!("schema.sql"), std::fs::read(path()));'), { 'src/schema.sql': '' })).toEqual(all);
    expect(await copied(main('let _ = std::fs::read(path());'), { 'src/schema.sql': '' })).toEqual(['config', 'src', 'static', 'templates']);
  });

  it('heeds neither tests nor comments', async () => {
    expect(await copied(`// "templates/index.html"\n/* "static" */\n${main('')}#[cfg(test)]\nmod tests {\n    fn t() { std::fs::read("config/default.toml").unwrap(); }\n}\n`)).toEqual([]);
    expect(await copied(main(''), { 'tests/all.rs': 'fn t() { std::fs::read("config/default.toml").unwrap(); }\n' })).toEqual([]);
  });

  it('tells lifetimes and characters from strings', async () => {
    expect(await copied(`fn first<'a>(x: &'a str) -> char { if x == "" { '"' } else { 'b' } }\n${main('let _ = std::fs::read("static/a.css");')}`)).toEqual(['static/a.css']);
  });

  it('sees paths from the package\'s own folder', async () => {
    const member = {
      'Cargo.toml': '[workspace]\nmembers = ["web"]\n',
      'web/Cargo.toml': manifest('app'),
      'web/src/main.rs': 'fn main() {\n    let _ = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/pages/a.html"));\n}\n',
      'web/pages/a.html': '',
    };
    expect(await copied(main(''), member)).toEqual(['web/pages/a.html']);
  });

  it('refuses what only the build or `cargo run` could give', async () => {
    expect(await text(build + start, { ...files, 'src/main.rs': main('let _ = std::fs::read(concat!(env!("OUT_DIR"), "/made.bin"));') })).toMatch(/^unsupported-shape: .*build script/);
    expect(await text(build + start, { ...files, 'src/main.rs': 'include!(concat!(env!("OUT_DIR"), "/made.rs"));\nfn main() {}\n' })).toContain('FROM gcr.io');
  });

  it('are what trunk builds, without the sources and what it compiled', async () => {
    const files = { ...plain, 'web/Cargo.toml': manifest('web'), 'web/src/main.rs': hello, 'web/index.html': '<html></html>' };
    const dockerfile = `FROM rust:1.80\nRUN cargo install trunk\nWORKDIR /app\nCOPY . .\nRUN cd web && trunk build --release\nRUN cargo build --release\n${start}`;
    expect(runtimeOf(await text(dockerfile, files)).split('\n').filter((line) => line.startsWith('COPY'))).toEqual(['COPY --from=builder /app/web/dist ./web/dist', 'COPY --from=builder /usr/local/bin/app ./target/release/app']);
    const configured = await text(dockerfile, { ...files, 'web/Trunk.toml': '[build]\ndist = "../static"\n' });
    expect(configured).toContain('COPY --from=builder /app /app');
    expect(configured).toContain('RUN rm -rf /app/target');
  });
});
