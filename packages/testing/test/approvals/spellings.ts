/** Other spellings of a path, each of which some server would take for the same. */
export const spellingsOfPaths: Readonly<Record<string, (path: string) => string>> = {
  capitals: (path) => path.toUpperCase(),
  'a capital': (path) =>
    path.replace(/\/([a-z])([^/]*)$/, (_, first: string, rest: string) => `/${first.toUpperCase()}${rest}`),
  parameters: (path) => `${path};a=1`,
  'an empty parameter': (path) => `${path};`,
  'parameters within': (path) => path.replace(/^\/([^/]+)/, '/$1;v=2'),
  'an encoded slash at the end': (path) => `${path}%2F`,
  'a slash encoded twice': (path) => `${path}%252f`,
  'an encoded slash within': (path) => path.replace(/\/([^/]+)$/, '%2F$1'),
  'slashes twice': (path) => path.replace(/(?<=.)\//g, '//'),
  'a slash at the end': (path) => `${path}/`,
  dots: (path) => path.replace(/(?<=.)\//g, '/./'),
  'up and down': (path) => `/charges/..${path}`,
  'up and down encoded': (path) => `/oauth/%2e%2e${path}`,
  'up with a parameter': (path) => `/oauth/..;${path}`,
  'up with an encoded slash': (path) => `/oauth/..%2f${path.slice(1)}`,
  'an encoded letter': (path) =>
    path.replace(/[a-z](?=[a-z_-]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  'a letter encoded twice': (path) =>
    path.replace(/[a-z](?=[a-z_-]*$)/, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
  'a query': (path) => `${path}?a=1`,
  'an encoded query': (path) => `${path}%3Fa=1`,
  'a fragment': (path) => `${path}%23a`,
  'a blank': (path) => `${path}%20`,
  'a zero byte': (path) => `${path}%00`,
  backslashes: (path) => path.replace(/\/([^/]+)$/, '%5C$1'),
  'a suffix': (path) => `${path}.json`,
  'a dot at the end': (path) => `${path}.`,
  'letters of full width': (path) =>
    path.replace(/[a-z](?=[a-z_-]*$)/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
  'parameters and capitals': (path) => `${path.toUpperCase()};A=1/`,
};

/** Of names of methods, `chat.postMessage`. */
export const spellingsOfNames: Readonly<Record<string, (name: string) => string>> = {
  capitals: (name) => name.toUpperCase(),
  'small letters': (name) => name.toLowerCase(),
  'an empty part': (name) => name.replace('.', '..'),
  'an empty part in capitals': (name) => name.toUpperCase().replace('.', '..'),
  'a dot at the end': (name) => `${name}.`,
  'a dot at the start': (name) => `.${name}`,
  parameters: (name) => `${name};a=1`,
  'a slash at the end': (name) => `${name}/`,
  'an encoded slash at the end': (name) => `${name}%2F`,
  'a query': (name) => `${name}?a=1`,
  'an encoded query': (name) => `${name}%3Fa=1`,
  'a fragment': (name) => `${name}%23a`,
  'a blank': (name) => `${name}%20`,
  'a zero byte': (name) => `${name}%00`,
  'an encoded dot': (name) => name.replaceAll('.', '%2E'),
  'a dot encoded twice': (name) => name.replaceAll('.', '%252E'),
  'a slash for a dot': (name) => name.replaceAll('.', '/'),
  'an encoded slash for a dot': (name) => name.replaceAll('.', '%2F'),
  'a hyphen for a dot': (name) => name.replaceAll('.', '-'),
  'up and down': (name) => `x/../${name}`,
};
