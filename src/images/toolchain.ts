/**
 * Variables that language images set for their own build and for the toolchain in them; a program does not read them.
 * Source: the Dockerfiles of docker-library/{golang,rust,python,node}, dotnet/dotnet-docker, carlossg/docker-maven, gradle/docker-gradle.
 */
const toolchain: Readonly<Record<string, string>> = {
  GOLANG_VERSION: 'Go', GOPATH: 'Go', GOTOOLCHAIN: 'Go',
  RUSTUP_HOME: 'Rust', CARGO_HOME: 'Rust', RUST_VERSION: 'Rust',
  GPG_KEY: 'Python', PYTHON_VERSION: 'Python', PYTHON_SHA256: 'Python', PYTHON_PIP_VERSION: 'Python', PYTHON_SETUPTOOLS_VERSION: 'Python', PYTHON_GET_PIP_URL: 'Python', PYTHON_GET_PIP_SHA256: 'Python',
  NODE_VERSION: 'Node.js', YARN_VERSION: 'Node.js',
  DOTNET_SDK_VERSION: '.NET', NUGET_XMLDOC_MODE: '.NET', POWERSHELL_DISTRIBUTION_CHANNEL: '.NET', DOTNET_USE_POLLING_FILE_WATCHER: '.NET', DOTNET_GENERATE_ASPNET_CERTIFICATE: '.NET', DOTNET_NOLOGO: '.NET', DOTNET_VERSION: '.NET', ASPNET_VERSION: '.NET',
  MAVEN_HOME: 'Maven', MAVEN_CONFIG: 'Maven', GRADLE_HOME: 'Gradle', GRADLE_VERSION: 'Gradle',
  NGINX_VERSION: 'nginx', NJS_VERSION: 'nginx', NJS_RELEASE: 'nginx', PKG_RELEASE: 'nginx', ACME_VERSION: 'nginx', DYNPKG_RELEASE: 'nginx',
};

/** Why a variable of a base image need not carry over; undefined when a program may read it. */
export function toolchainVariable(name: string): string | undefined {
  return Object.hasOwn(toolchain, name) ? `the ${toolchain[name]} image sets it for its own build` : undefined;
}
