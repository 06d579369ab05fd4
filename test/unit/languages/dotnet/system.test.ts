import { describe, expect, it } from 'vitest';
import { builderOf, convert, csproj, program, proposal, refusal, runtimeOf } from './convert.ts';

const web = { 'App.csproj': csproj(), 'Program.cs': program };
const around = (before: string, after = '', tag = '8.0', start = 'CMD ["dotnet", "App.dll"]'): string => `FROM mcr.microsoft.com/dotnet/sdk:${tag}\n${before}WORKDIR /src\nCOPY . .\nRUN dotnet publish -c Release -o /app\nWORKDIR /app\n${after}${start}\n`;
const user = async (files: Record<string, string>, dockerfile = around('')): Promise<string> => {
  const outcome = await convert(dockerfile, files);
  return outcome.findings.find((finding) => finding.code.startsWith('user-'))?.message ?? 'none';
};

describe('the user', () => {
  it('is app from .NET 8 on', async () => {
    expect(await user(web)).toContain('runs as app');
    expect(runtimeOf(await proposal(around('', '', '6.0'), web))).not.toContain('USER');
  });
  it.each([
    ['Store.cs', 'File.WriteAllText(path, text);'],
    ['Db.cs', 'options.UseSqlite(connection);'],
    ['appsettings.json', '{"ConnectionStrings": {"Default": "Data Source=app.db"}}'],
    ['Log.cs', 'configuration.WriteTo.File("logs/app.log");'],
    ['Program.cs', 'builder.WebHost.UseUrls("http://*:80");'],
    ['docker-compose.yml', 'services:\n  app:\n    volumes:\n      - data:/app/data\n'],
  ])('stays root with %s', async (name, text) => {
    expect(await user({ ...web, [name]: text })).toContain(name);
  });
  it('stays root for low ports, volumes and packages that write', async () => {
    expect(await user(web, around('', 'EXPOSE 80\n'))).toContain('port 80');
    expect(await user(web, around('', 'ENV ASPNETCORE_HTTP_PORTS=80\n'))).toContain('port 80');
    expect(await user(web, around('', 'VOLUME /data\n'))).toContain('VOLUME');
    expect(await user({ ...web, 'App.csproj': csproj(undefined, '', '<PackageReference Include="Serilog.Sinks.File" />') })).toContain('Serilog.Sinks.File');
  });
  it('of the Dockerfile is kept, with what makes it', async () => {
    const text = await proposal(around('', 'RUN adduser --disabled-password --gecos "" shop && chown -R shop /app\nUSER shop\n'), web);
    expect(runtimeOf(text)).toContain('RUN adduser --disabled-password --gecos "" shop && chown -R shop /app\nUSER shop\n');
    expect(runtimeOf(text)).not.toContain('APP_UID');
  });
});

describe('the system', () => {
  it('keeps libraries, and leaves what only builds', async () => {
    const text = await proposal(around('RUN apt-get update && apt-get install -y libgdiplus nodejs npm && rm -rf /var/lib/apt/lists/*\n'), web);
    expect(builderOf(text)).toContain('libgdiplus nodejs npm');
    expect(runtimeOf(text)).toContain('install -y --no-install-recommends libgdiplus \\');
    expect(runtimeOf(text)).not.toContain('npm');
  });
  it('takes a RUN over as it is when all of it is needed', async () => {
    const run = 'RUN apt-get update && apt-get install -y libgdiplus && rm -rf /var/lib/apt/lists/*\n';
    expect(runtimeOf(await proposal(around(run), web))).toContain(run);
  });
  it('leaves Node in the builder', async () => {
    const text = await proposal(around('RUN curl -fsSL https://deb.nodesource.com/setup_20.x | bash - && apt-get install -y nodejs\n'), web);
    expect(runtimeOf(text)).not.toContain('node');
    expect(await refusal(around(''), { ...web, 'Startup.cs': 'services.AddNodeServices();' })).toMatch(/^unsupported-shape/);
  });
  it('installs what a health check calls', async () => {
    const text = await proposal(around('', 'HEALTHCHECK CMD curl -f http://localhost:8080/health || exit 1\n'), web);
    expect(runtimeOf(text)).toContain('--no-install-recommends curl');
    expect(runtimeOf(text)).toContain('HEALTHCHECK CMD curl');
  });
  it('has the libraries that the SDK image brings with its tools', async () => {
    expect(runtimeOf(await proposal(around(''), { ...web, 'App.csproj': csproj(undefined, '', '<PackageReference Include="System.DirectoryServices.Protocols" />') }))).toContain('libldap-2.5-0');
    expect(runtimeOf(await proposal(around(''), { ...web, 'appsettings.json': '{"c": "Server=db;Integrated Security=true"}' }))).toContain('libgssapi-krb5-2');
  });
  it('drops variables of the SDK, and keeps those of the program', async () => {
    const text = await proposal(around('ENV DOTNET_CLI_TELEMETRY_OPTOUT=1\nENV ASPNETCORE_ENVIRONMENT=Production\n'), web);
    expect(builderOf(text)).toContain('ENV DOTNET_CLI_TELEMETRY_OPTOUT=1');
    expect(builderOf(text)).not.toContain('ASPNETCORE_ENVIRONMENT');
    expect(runtimeOf(text)).not.toContain('TELEMETRY');
    expect(runtimeOf(text)).toContain('ENV ASPNETCORE_ENVIRONMENT=Production');
  });
  it('copies what an entry-point script needs', async () => {
    const files = { ...web, 'entrypoint.sh': '#!/bin/bash\nset -e\nexec dotnet /app/App.dll "$@"\n' };
    const text = await proposal(around('', '', '8.0', 'ENTRYPOINT ["/src/entrypoint.sh"]'), files);
    expect(runtimeOf(text)).toContain('COPY --from=builder /src/entrypoint.sh /src/entrypoint.sh');
    const later = await proposal(around('', 'COPY entrypoint.sh /entrypoint.sh\nRUN chmod +x /entrypoint.sh\n', '8.0', 'ENTRYPOINT ["/entrypoint.sh"]'), files);
    expect(runtimeOf(later)).toContain('COPY entrypoint.sh /entrypoint.sh\nRUN chmod +x /entrypoint.sh\n');
  });
  it('carries development certificates', async () => {
    const text = await proposal(around('', 'RUN dotnet dev-certs https\n'), web);
    expect(runtimeOf(text)).toContain('COPY --from=builder /root/.dotnet/corefx /root/.dotnet/corefx');
  });
  it('takes files that ENV names', async () => {
    const text = await proposal(around('', 'ENV ASPNETCORE_Kestrel__Certificates__Default__Path=/src/certs/site.pfx\n'), { ...web, 'certs/site.pfx': 'x' });
    expect(runtimeOf(text)).toContain('COPY --from=builder /src/certs/site.pfx /src/certs/site.pfx');
  });
  it('refuses commands that it does not know', async () => {
    expect(await refusal(around('', 'RUN install-agent --all\n'), web)).toMatch(/^unknown-command/);
  });
  it('refuses a COPY that would fail', async () => {
    expect(await refusal(around('COPY missing.txt /x\n'), web)).toMatch(/^missing-source/);
  });
});

describe('what the original did as another user or with other tools', () => {
  it('keeps the owner of the files', async () => {
    const text = await proposal('FROM mcr.microsoft.com/dotnet/sdk:8.0\nUSER app\nWORKDIR /home/app/src\nCOPY --chown=app . .\nRUN dotnet publish -c Release -o /home/app/out\nWORKDIR /home/app/out\nCMD ["dotnet", "App.dll"]\n', web);
    expect(builderOf(text)).toContain('COPY --chown=app App.csproj ./');
    expect(runtimeOf(text)).toContain('COPY --from=builder --chown=app /home/app/out /home/app/out\nWORKDIR /home/app/out\n');
    expect(runtimeOf(text)).toContain('USER app\nCMD');
  });
  it('brings the tools that a repeated RUN calls', async () => {
    const run = 'RUN curl -fsSL https://example.com/key.asc -o /etc/apt/trusted.gpg.d/vendor.asc && echo "deb https://example.com/apt stable main" > /etc/apt/sources.list.d/vendor.list && apt-get update && apt-get install -y vendor-odbc\n';
    const text = await proposal(around(run), web);
    expect(runtimeOf(text)).toContain(run);
    expect(runtimeOf(text).indexOf('--no-install-recommends curl')).toBeLessThan(runtimeOf(text).indexOf('vendor.asc'));
  });
  it('does not repeat commands of one distribution on another', async () => {
    expect(await refusal(around('', 'RUN useradd shop\nUSER shop\n'), web, { runtime: 'alpine' })).toMatch(/^runtime-lacks/);
  });
  it('keeps a start that sets its address itself', async () => {
    const text = await proposal(around('', '', '6.0', 'CMD ASPNETCORE_URLS=http://*:$PORT dotnet App.dll'), web);
    expect(text).toContain('CMD ASPNETCORE_URLS=http://*:$PORT dotnet App.dll');
    expect(text).not.toContain('ENV');
  });
  it('keeps a platform', async () => {
    expect(await proposal(around('').replace('FROM ', 'FROM --platform=linux/amd64 '), web)).toContain('\nFROM --platform=linux/amd64 mcr.microsoft.com/dotnet/aspnet:8.0\n');
  });
});

describe('programs of the SDK image', () => {
  const health = 'HEALTHCHECK CMD curl -f http://localhost:8080/ || exit 1\n';
  it('are installed on Alpine too', async () => {
    expect(runtimeOf(await proposal(around('', health), web, { runtime: 'alpine' }))).toContain('RUN apk add --no-cache curl\n');
  });
  it('are refused where they cannot be installed', async () => {
    expect(await refusal(around('', '', '8.0', 'ENTRYPOINT ["/src/start.sh"]'), { ...web, 'start.sh': '#!/bin/sh\npwsh -c check\nexec dotnet /app/App.dll\n' })).toMatch(/^unsupported-shape: .*PowerShell/);
    expect(await refusal(around('', health, '8.0-azurelinux3.0'), web)).toMatch(/^unsupported-shape: .*curl/);
  });
});

describe('folders that a RUN makes', () => {
  it('are made where the original made them', async () => {
    const text = await proposal('FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nRUN mkdir data\nCOPY . .\nRUN dotnet publish -c Release -o out\nCMD ["dotnet", "out/App.dll"]\n', web);
    expect(runtimeOf(text)).toContain('WORKDIR /app\nRUN mkdir data\nCOPY --from=builder /app/out ./out\n');
  });
  it('are in the folder that is copied whole', async () => {
    const text = await proposal('FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /app\nRUN mkdir data\nCOPY . .\nRUN dotnet publish -c Release -o out\nCMD ["dotnet", "out/App.dll"]\n');
    expect(runtimeOf(text)).not.toContain('mkdir');
  });
  it('are made below another folder', async () => {
    const text = await proposal('FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /var/lib/shop\nRUN mkdir queue\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -c Release -o /app\nWORKDIR /app\nCMD ["dotnet", "App.dll"]\n', web);
    expect(runtimeOf(text)).toContain('WORKDIR /var/lib/shop\nRUN mkdir queue\nWORKDIR /app\nCOPY --from=builder /app .\n');
  });
});

it('repeats a chmod of absolute paths without a detour', async () => {
  const text = await proposal('FROM mcr.microsoft.com/dotnet/sdk:8.0\nWORKDIR /src\nCOPY . .\nRUN dotnet publish -c Release -o /app\nRUN chmod -R +w /app\nWORKDIR /app\nCMD ["dotnet", "App.dll"]\n', web);
  expect(runtimeOf(text)).toContain('COPY --from=builder /app .\nRUN chmod -R +w /app\n');
});
