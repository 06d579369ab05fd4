/** MSBuild properties by lower-case name; null for one that is set to something unknown. */
export type Properties = Map<string, string | null>;

/** Replaces `$(Name)`; undefined when a value or a function is not known. A property that is not set is empty, as MSBuild has it. */
export function expandProperties(text: string, properties: Properties): string | undefined {
  let known = true;
  const value = text.replace(/\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)/g, (_whole, name: string) => {
    const found = properties.get(name.trim().toLowerCase());
    if (!/^\s*[A-Za-z_][\w.-]*\s*$/.test(name) || found === null) known = false;
    return found ?? '';
  });
  return known && !/[$@%]\(/.test(value) ? value : undefined;
}

/**
 * An MSBuild condition: `==` and `!=` of quoted or plain text, joined by `and` or `or`.
 *
 * @returns undefined when it depends on something unknown
 */
export function evaluateCondition(condition: string | undefined, properties: Properties): boolean | undefined {
  if (condition === undefined || condition.trim() === '') return true;
  if (condition.length > 2000) return undefined;
  const joined = /^(.*?)\s+(and|or)\s+(.*)$/is.exec(condition);
  if (joined && balanced(joined[1]!) && balanced(joined[3]!)) {
    const left = evaluateCondition(joined[1], properties);
    const right = evaluateCondition(joined[3], properties);
    if (joined[2]!.toLowerCase() === 'and') return left === false || right === false ? false : left === undefined || right === undefined ? undefined : true;
    return left === true || right === true ? true : left === undefined || right === undefined ? undefined : false;
  }
  const compared = /^\s*(?:'([^']*)'|([^\s'=!()]+|\$\(\w+\)))\s*(==|!=)\s*(?:'([^']*)'|([^\s'=!()]+))\s*$/.exec(condition);
  if (!compared) return undefined;
  const left = expandProperties(compared[1] ?? compared[2]!, properties);
  const right = expandProperties(compared[4] ?? compared[5]!, properties);
  if (left === undefined || right === undefined || namesSdkProperty(compared[1] ?? compared[2]!, properties)) return undefined;
  return (left.toLowerCase() === right.toLowerCase()) === (compared[3] === '==');
}

const balanced = (text: string): boolean => (text.match(/'/g)?.length ?? 0) % 2 === 0 && (text.match(/\(/g)?.length ?? 0) === (text.match(/\)/g)?.length ?? 0);

/** A property that the SDK or the command line may set, and that this evaluation has not seen, is not known to be empty. */
function namesSdkProperty(text: string, properties: Properties): boolean {
  return Array.from(text.matchAll(/\$\(([\w.]+)\)/g), (match) => match[1]!.toLowerCase()).some((name) => !properties.has(name) && /^(?:configuration|platform|os|targetframework\w*|runtimeidentifier\w*|msbuild\w*|net\w*version|publish\w*|ci|tf_build|github_actions|solution\w*|build\w*|docker\w*|nuget\w*)$/.test(name));
}
