import { describe, expect, it } from 'vitest';
import { nativeNeeds } from '../../../src/packages/native.ts';

describe('nativeNeeds', () => {
  it.each([
    ['psycopg2', ['libpq5'], true],
    ['mysqlclient', ['libmariadb3'], true],
    ['python-magic', ['libmagic1'], true],
    ['opencv-python-headless', ['libglib2.0-0'], true],
    ['GitPython', ['git'], true],
    ['pycurl', ['libcurl4'], true],
    ['python_ldap', ['libldap-2.5-0', 'libsasl2-2'], true],
    ['xmlsec', ['libxmlsec1', 'libxmlsec1-openssl'], false],
    ['pydub', ['ffmpeg'], false],
    ['pytesseract', ['tesseract-ocr'], false],
    ['pdf2image', ['poppler-utils'], false],
    ['cairosvg', ['libcairo2'], true],
    ['lightgbm', ['libgomp1'], true],
  ] as const)('%s on bookworm', (name, packages, inFullImage) => expect(nativeNeeds('pypi', name, 'debian', 'bookworm')).toMatchObject({ packages, inFullImage }));

  it('follows suite and family', () => {
    expect(nativeNeeds('pypi', 'python-magic', 'debian', 'trixie')!.packages).toEqual(['libmagic1t64']);
    expect(nativeNeeds('pypi', 'python-magic', 'debian', ['bookworm', 'trixie'])!.packages).toEqual(['libmagic1']);
    expect(nativeNeeds('pypi', 'psycopg2', 'alpine')!.packages).toEqual(['libpq']);
    expect(nativeNeeds('pypi', 'psycopg2', 'rhel')!.packages).toEqual(['libpq']);
  });

  it('falls back to the -dev package, which brings its library, where the suite is open', () => {
    expect(nativeNeeds('pypi', 'pyicu', 'debian')!.packages).toEqual(['libicu-dev']);
  });

  it('needs nothing for wheels that bring their libraries', () => {
    for (const name of ['psycopg2-binary', 'psycopg[binary]', 'psycopg[pool,binary]', 'lxml', 'pillow', 'numpy', 'matplotlib', 'shapely', 'rasterio', 'constructor', '']) expect(nativeNeeds('pypi', name, 'debian', 'bookworm'), name).toBeUndefined();
    expect(nativeNeeds('pypi', 'psycopg[c]', 'debian', 'bookworm')!.packages).toEqual(['libpq5']);
    for (const name of ['sharp', 'bcrypt', 'sqlite3', 'canvas', 'express']) expect(nativeNeeds('npm', name, 'debian', 'bookworm'), name).toBeUndefined();
  });

  it('tells what even the full image lacks, and what cannot be proven', () => {
    expect(nativeNeeds('pypi', 'opencv-python', 'debian', 'bookworm')!.beyondFullImage).toEqual(['libgl1']);
    expect(nativeNeeds('npm', 'puppeteer', 'debian', 'bookworm')).toMatchObject({ unprovable: true, inFullImage: false });
    expect(nativeNeeds('npm', 'puppeteer', 'debian', 'bookworm')!.packages).toContain('libnss3');
    expect(nativeNeeds('pypi', 'playwright', 'debian')).toMatchObject({ packages: [], unprovable: true });
  });

  it('knows npm, Go modules and crates', () => {
    expect(nativeNeeds('npm', 'simple-git', 'debian')!.packages).toEqual(['git']);
    expect(nativeNeeds('npm', '@prisma/client', 'debian')).toMatchObject({ packages: ['openssl'], inFullImage: true });
    expect(nativeNeeds('npm', 'pg-native', 'debian')!.packages).toEqual(['libpq5']);
    expect(nativeNeeds('npm', 'fluent-ffmpeg', 'alpine')!.packages).toEqual(['ffmpeg']);
    expect(nativeNeeds('go', 'gopkg.in/gographics/imagick.v3/imagick', 'debian', 'bookworm')!.packages).toEqual(['libmagickwand-6.q16-6']);
    expect(nativeNeeds('go', 'github.com/libgit2/git2go/v34', 'debian', 'bookworm')!.packages).toEqual(['libgit2-1.5']);
    expect(nativeNeeds('go', 'github.com/mattn/go-sqlite3', 'debian')).toBeUndefined();
    expect(nativeNeeds('crates', 'openssl_sys', 'debian', 'bookworm')!.packages).toEqual(['libssl3']);
  });
});
