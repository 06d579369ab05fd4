/**
 * Go modules whose packages do not compile, or lose what they are for, without cgo. A module path matches with everything below it.
 * Source: the modules' own documentation and their use of `import "C"` without a pure Go fallback.
 */
export const cgoModules: readonly string[] = [
  'github.com/mattn/go-sqlite3', 'gorm.io/driver/sqlite', 'github.com/jinzhu/gorm/dialects/sqlite', 'github.com/golang-migrate/migrate/v4/database/sqlite3', 'github.com/mutecomm/go-sqlcipher',
  'github.com/confluentinc/confluent-kafka-go', 'github.com/mattn/go-oci8', 'github.com/godror/godror', 'gopkg.in/goracle.v2', 'gopkg.in/rana/ora.v4', 'github.com/alexbrainman/odbc', 'github.com/ibmdb/go_ibm_db',
  'gocv.io/x/gocv', 'github.com/go-gl', 'github.com/veandco/go-sdl2', 'fyne.io/fyne', 'github.com/hajimehoshi', 'github.com/gotk3/gotk3', 'github.com/therecipe/qt', 'github.com/webview/webview',
  'github.com/DataDog/zstd', 'github.com/valyala/gozstd', 'github.com/google/gopacket/pcap', 'github.com/google/gopacket', 'github.com/gopacket/gopacket', 'github.com/akrennmair/gopcap',
  'github.com/miekg/pkcs11', 'github.com/ThalesIgnite/crypto11', 'github.com/ThalesGroup/crypto11', 'github.com/letsencrypt/pkcs11key', 'github.com/spacemonkeygo/openssl', 'github.com/libp2p/go-openssl',
  'github.com/h2non/bimg', 'gopkg.in/h2non/bimg.v1', 'github.com/davidbyttow/govips', 'github.com/gographics/imagick', 'gopkg.in/gographics/imagick.v2', 'gopkg.in/gographics/imagick.v3', 'github.com/chai2010/webp', 'github.com/kolesa-team/go-webp', 'github.com/discord/lilliput', 'github.com/otiai10/gosseract',
  'github.com/tecbot/gorocksdb', 'github.com/linxGnu/grocksdb', 'github.com/jmhodges/levigo', 'github.com/bmatsuo/lmdb-go', 'github.com/marcboeker/go-duckdb', 'github.com/duckdb/duckdb-go', 'github.com/tursodatabase/go-libsql',
  'github.com/libgit2/git2go', 'gopkg.in/libgit2/git2go.v27', 'github.com/bytecodealliance/wasmtime-go', 'github.com/wasmerio/wasmer-go', 'rogchap.com/v8go', 'github.com/augustoroman/v8', 'github.com/tensorflow/tensorflow', 'github.com/yalue/onnxruntime_go',
  'github.com/seccomp/libseccomp-golang', 'github.com/coreos/go-systemd/sdjournal', 'github.com/coreos/go-systemd/v22/sdjournal', 'github.com/vladimirvivien/go4vl', 'github.com/gen2brain/x264-go', 'github.com/gordonklaus/portaudio', 'gopkg.in/hraban/opus.v2', 'github.com/hraban/opus', 'layeh.com/gopus',
  'github.com/pebbe/zmq4', 'github.com/pebbe/zmq3', 'github.com/zeromq/goczmq', 'github.com/rakyll/portmidi', 'github.com/robotn/gohook', 'github.com/go-vgo/robotgo', 'github.com/supranational/blst', 'github.com/herumi/bls-eth-go-binary', 'github.com/lestrrat-go/libxml2', 'github.com/moovweb/gokogiri', 'github.com/jbowtie/gokogiri',
  'github.com/aarzilli/golua', 'github.com/sbinet/go-python', 'github.com/go-python/cpy3', 'github.com/uber/h3-go', 'github.com/twpayne/go-geos', 'github.com/paulsmith/gogeos', 'github.com/lukeroth/gdal', 'github.com/airbusgeo/godal', 'github.com/blevesearch/go-faiss', 'github.com/apple/foundationdb', 'github.com/ceph/go-ceph', 'github.com/sqweek/dialog', 'github.com/getlantern/systray', 'github.com/lxc/go-lxc',
];

/** Modules that read files of the working folder by names of their own, which no string of the project shows. */
export const modulesThatReadFiles: readonly string[] = [
  'github.com/spf13/viper', 'github.com/astaxie/beego', 'github.com/beego/beego', 'github.com/revel/revel', 'github.com/gobuffalo', 'github.com/joho/godotenv', 'github.com/jinzhu/configor', 'github.com/koding/multiconfig',
  'github.com/gogf/gf', 'github.com/kataras/iris', 'github.com/goravel/framework', 'github.com/knadh/koanf', 'github.com/subosito/gotenv', 'github.com/zeromicro/go-zero', 'github.com/go-kratos/kratos', 'github.com/nicksnyder/go-i18n', 'github.com/unrolled/render', 'github.com/foolin/goview', 'github.com/gofiber/template', 'github.com/ilyakaznacheev/cleanenv', 'github.com/casbin/casbin', 'gopkg.in/ini.v1', 'github.com/rakyll/statik',
];

/** Modules that write files where the program runs: databases, logs. */
export const modulesThatWrite: readonly string[] = [
  'github.com/mattn/go-sqlite3', 'gorm.io/driver/sqlite', 'modernc.org/sqlite', 'github.com/glebarez/sqlite', 'github.com/glebarez/go-sqlite', 'github.com/ncruces/go-sqlite3', 'zombiezen.com/go/sqlite', 'github.com/boltdb/bolt', 'go.etcd.io/bbolt', 'github.com/dgraph-io/badger', 'github.com/syndtr/goleveldb', 'github.com/cockroachdb/pebble', 'github.com/blevesearch/bleve', 'github.com/asdine/storm', 'github.com/tidwall/buntdb', 'github.com/nutsdb/nutsdb', 'gopkg.in/natefinch/lumberjack.v2', 'github.com/natefinch/lumberjack', 'github.com/lestrrat-go/file-rotatelogs', 'github.com/lestrrat/go-file-rotatelogs', 'github.com/rifflock/lfshook', 'golang.org/x/crypto/acme/autocert', 'github.com/caddyserver/certmagic', 'github.com/peterbourgon/diskv', 'github.com/xujiajun/nutsdb', 'github.com/sonyarouje/simdb', 'github.com/nanobox-io/golang-scribble', 'github.com/ostafen/clover', 'github.com/hashicorp/raft-boltdb', 'github.com/go-git/go-git', 'gopkg.in/src-d/go-git.v4', 'github.com/duckdb/duckdb-go', 'github.com/marcboeker/go-duckdb',
];

/** Programs whose output is Go code, or nothing: what they write is compiled in. */
export const goGenerators: ReadonlySet<string> = new Set(
  'swag templ wire mockgen mockery protoc buf sqlc ent stringer go-bindata go-bindata-assetfs packr packr2 rice statik esc gqlgen easyjson oapi-codegen swagger enumer golangci-lint staticcheck golint gofmt goimports gosec govulncheck dep glide govendor godep gvt gb gopm trash gox upx strip ginkgo gotestsum go-wrapper ldconfig update-ca-certificates'.split(' '),
);

/** Environment variables of the toolchain: they steer the build and are not read by the program. Source: `go help environment`. */
export const toolchainVariables = /^(?:GO111MODULE|GOPROXY|GOSUMDB|GONOSUMDB|GONOSUMCHECK|GOPRIVATE|GONOPROXY|GOINSECURE|GOFLAGS|GOOS|GOARCH|GOARM|GOAMD64|GOPATH|GOBIN|GOROOT|GOCACHE|GOMODCACHE|GOTOOLCHAIN|GOLANG_VERSION|GOEXPERIMENT|GOTMPDIR|GOWORK|GOVCS|CGO_\w+|CC|CXX|PKG_CONFIG\w*|GIT_TERMINAL_PROMPT|DEBIAN_FRONTEND)$/;

/** Whether a module path, or an import below it, is in a list. */
export const inModules = (path: string, list: readonly string[]): boolean => list.some((module) => path === module || path.startsWith(`${module}/`));
