import { describe, expect, it } from 'vitest';
import { convert, csproj, program, proposal, refusal, runtimeOf } from './convert.ts';

const from = (image: string, publish = 'RUN dotnet publish -c Release -o /app', start = 'ENTRYPOINT ["dotnet", "App.dll"]'): string => `FROM ${image}\nWORKDIR /src\nCOPY . .\n${publish}\nWORKDIR /app\n${start}\n`;
const sdk = (tag = '8.0'): string => `mcr.microsoft.com/dotnet/sdk:${tag}`;
const web = { 'App.csproj': csproj(), 'Program.cs': program };
const console_ = (items = '', properties = ''): Record<string, string> => ({ 'App.csproj': csproj('Microsoft.NET.Sdk', `<OutputType>Exe</OutputType>${properties}`, items), 'Program.cs': 'System.Console.WriteLine("hello");' });
const image = (text: string): string => /^FROM (\S+)/.exec(runtimeOf(text))![1]!;

describe('the runtime image', () => {
  it.each([
    ['8.0', 'aspnet:8.0'],
    ['8.0.204', 'aspnet:8.0'],
    ['8.0-jammy', 'aspnet:8.0-jammy'],
    ['9.0-bookworm-slim', 'aspnet:9.0-bookworm-slim'],
    ['10.0-noble', 'aspnet:10.0-noble'],
    ['8.0-alpine3.20', 'aspnet:8.0-alpine3.20'],
    ['6.0-focal-amd64', 'aspnet:6.0-focal-amd64'],
  ])('of sdk:%s is %s', async (tag, expected) => {
    expect(image(await proposal(from(sdk(tag)), web))).toBe(`mcr.microsoft.com/dotnet/${expected}`);
  });

  it('is the one without ASP.NET Core only when nothing may bring that', async () => {
    expect(image(await proposal(from(sdk()), console_()))).toContain('/runtime:');
    expect(image(await proposal(from(sdk()), console_('<PackageReference Include="CsvHelper" Version="32" />')))).toContain('/runtime:');
    expect(image(await proposal(from(sdk()), console_('<PackageReference Include="Acme.Hosting" Version="1" />')))).toContain('/aspnet:');
    expect(image(await proposal(from(sdk()), console_('<FrameworkReference Include="Microsoft.AspNetCore.App" />')))).toContain('/aspnet:');
    const referring = { ...console_('<ProjectReference Include="lib/Lib.csproj" />'), 'lib/Lib.csproj': csproj('Microsoft.NET.Sdk', '', '<FrameworkReference Include="Microsoft.AspNetCore.App" />') };
    expect(image(await proposal(from(sdk()), referring))).toContain('/aspnet:');
    expect(image(await proposal(from(sdk())))).toContain('/aspnet:');
  });

  it('has no framework for self-contained programs', async () => {
    const native = 'ENTRYPOINT ["./App"]';
    expect(image(await proposal(from(sdk(), 'RUN dotnet publish -c Release -r linux-x64 --self-contained -o /app', native), web))).toContain('/runtime-deps:8.0');
    expect(image(await proposal(from(sdk(), undefined, native), { ...web, 'App.csproj': csproj(undefined, '<PublishAot>true</PublishAot>') }))).toContain('/runtime-deps:8.0');
    expect(image(await proposal(from(sdk(), undefined, native), web))).toContain('/aspnet:8.0');
    // A runtime identifier alone makes it so until .NET 7.
    expect(image(await proposal(from(sdk(), 'RUN dotnet publish -c Release -r linux-x64 -o /app', native), web))).toContain('/aspnet:8.0');
    expect(image(await proposal(from(sdk('6.0'), 'RUN dotnet publish -c Release -r linux-x64 -o /app', native), web))).toContain('/runtime-deps:6.0');
  });

  it('keeps a version that is an argument', async () => {
    expect(await proposal(`ARG DOTNET=8.0\n${from('mcr.microsoft.com/dotnet/sdk:${DOTNET}')}`, web)).toContain('\nFROM mcr.microsoft.com/dotnet/aspnet:${DOTNET}\n');
  });

  it('on Alpine gets the cultures and time zones of the SDK image', async () => {
    const added = 'RUN apk add --no-cache icu-data-full icu-libs tzdata\nENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false\n';
    expect(runtimeOf(await proposal(from(sdk('8.0-alpine')), web))).toContain(added);
    expect(runtimeOf(await proposal(from(sdk()), web, { runtime: 'alpine' }))).toContain(added);
    const invariant = { ...web, 'App.csproj': csproj(undefined, '<InvariantGlobalization>true</InvariantGlobalization>') };
    expect(runtimeOf(await proposal(from(sdk('8.0-alpine')), invariant))).not.toContain('apk');
    expect(runtimeOf(await proposal(from(sdk('6.0-alpine3.15')), web))).toContain('apk add --no-cache icu-libs tzdata');
  });

  it('can be chiseled', async () => {
    const text = await proposal(from(sdk()), web, { runtime: 'chiseled' });
    expect(image(text)).toBe('mcr.microsoft.com/dotnet/aspnet:8.0-noble-chiseled-extra');
    expect(text).not.toContain('USER');
    expect(await refusal(from(sdk(), undefined, 'ENTRYPOINT dotnet App.dll $ARGS'), web, { runtime: 'chiseled' })).toMatch(/^runtime-lacks: the runtime chiseled lacks what the program needs: a shell/);
    expect(await refusal(from(sdk()), { ...web, 'Store.cs': 'File.WriteAllText("x", "y");' }, { runtime: 'chiseled' })).toMatch(/^runtime-lacks/);
  });

  it('does not go to musl with native code for glibc', async () => {
    expect(await refusal(from(sdk(), 'RUN dotnet publish -c Release -r linux-x64 -o /app'), web, { runtime: 'alpine' })).toMatch(/^runtime-lacks: .*glibc/);
    expect(await refusal(from(sdk()), console_('<PackageReference Include="Grpc.Core" Version="2.46" />'), { runtime: 'alpine' })).toMatch(/^runtime-lacks: .*Grpc.Core/);
  });
});

describe('base images', () => {
  it.each(['microsoft/dotnet:2.1-sdk', 'microsoft/aspnetcore-build', 'mono:6', 'registry.example.com/team/dotnet:8.0'])('%s is refused', async (name) => {
    expect(await refusal(from(name), web)).toMatch(/^unknown-base/);
  });
  it('a runtime image has nothing to gain', async () => {
    expect(await refusal('FROM mcr.microsoft.com/dotnet/aspnet:8.0\nCOPY out /app\nCMD ["dotnet", "/app/App.dll"]\n', { 'out/App.dll': '' })).toMatch(/^no-benefit/);
  });
  it('a digest is refused', async () => {
    expect(await refusal(from(`${sdk()}@sha256:${'0'.repeat(64)}`), web)).toMatch(/^unknown-base/);
  });
  it('an old one stays, with a warning', async () => {
    const outcome = await convert(from('mcr.microsoft.com/dotnet/core/sdk:3.1'), web);
    expect(outcome.kind === 'converted' && image(outcome.text)).toBe('mcr.microsoft.com/dotnet/core/aspnet:3.1');
    expect(outcome.findings.map((finding) => finding.code)).toContain('end-of-life-base');
  });
});

describe('addresses', () => {
  const cleared = '# As in the SDK image: the runtime image alone would listen on port 80\nENV ASPNETCORE_URLS=\n';
  it('of images before 8 stay what they were', async () => {
    expect(await proposal(from(sdk('6.0')), web)).toContain(cleared);
    expect(await proposal(from(sdk('8.0')), web)).not.toContain('ASPNETCORE');
    expect(await proposal(from(sdk('6.0')), console_())).not.toContain('ASPNETCORE');
  });
  it('are left alone where the Dockerfile or the start sets them', async () => {
    expect(await proposal(from(sdk('6.0'), 'RUN dotnet publish -c Release -o /app\nENV ASPNETCORE_URLS=http://+:5000'), web)).not.toContain(cleared);
    expect(await proposal(from(sdk('6.0'), undefined, 'CMD ["dotnet", "App.dll", "--urls", "http://*:5000"]'), web)).not.toContain(cleared);
  });
});
