// What all tests know: the demo's accounts, the route table, signing in, and a walk that finds a sample of every page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const run = join(fileURLToPath(new URL('..', import.meta.url)), 'run');
const json = (name) => JSON.parse(readFileSync(join(run, name), 'utf8'));

export const accounts = () => {
  const demo = json('demo.json');
  return demo.accounts.map((a) => ({ ...a, password: demo.password }));
};
/** The page of a one-time link that nobody has used. */
export const oneTimeLink = () => new URL(json('link.json').link).pathname;
export const account = (role, unit) => {
  const found = accounts().find((a) => a.role === role && (!unit || a.unit.includes(unit)));
  if (!found) throw new Error(`the demo has no ${role} of ${unit ?? 'any unit'}`);
  return found;
};

/** Pages of the route table: GET, for people, without files to download and the choices a field asks for. */
export const pages = () =>
  json('routes.json').filter(
    (r) =>
      r.method === 'GET' &&
      !/^\/(api|static)\//.test(r.path) &&
      !/\.(xlsx|docx|pdf|xml|txt|json|atom)$/.test(r.path) &&
      !/^\/luat\/chon$|\{file\}$|\/anh$|\/minh-chung\/|\/atom$|\/metrics$|\/health$/.test(r.path),
  );

const pattern = (path) =>
  new RegExp('^' + path.replace(/[.]/g, '\\.').replace(/\{\*[^}]*\}/g, '.+').replace(/\{[^}]*\}/g, '[^/]+') + '$');

/** The route a path belongs to: the one with most fixed segments. */
export function routeOf(routes, path) {
  const fixed = (r) => r.path.split('/').filter((s) => s && !s.includes('{')).length;
  return routes.filter((r) => pattern(r.path).test(path)).sort((a, b) => fixed(b) - fixed(a))[0];
}

/** Signs in over HTTP; the context keeps the cookie. */
export async function signIn(context, who) {
  const answer = await context.request.post('/dang-nhap', {
    form: { email: who.email, password: who.password },
    headers: { 'sec-fetch-site': 'same-origin' },
    maxRedirects: 0,
  });
  if (answer.status() !== 303) throw new Error(`sign-in of ${who.email}: ${answer.status()} ${await answer.text()}`);
}

/** Follows links until no new route turns up: one address for each route that this person reaches. */
export async function walk(request, starts, routes, most = 500) {
  const found = new Map();
  const seen = new Set(starts);
  const queue = [...starts];
  let asked = 0;
  const perRoute = new Map();
  while (queue.length && asked < most) {
    const at = queue.shift();
    asked += 1;
    const answer = await request.get(at, { maxRedirects: 5 });
    const here = new URL(answer.url()).pathname;
    const route = routeOf(routes, here);
    if (answer.status() === 200 && route && !found.has(route.path)) found.set(route.path, here + new URL(answer.url()).search);
    if (answer.status() !== 200 || !(answer.headers()['content-type'] ?? '').includes('html')) continue;
    for (const [, raw] of (await answer.text()).matchAll(/href="([^"]+)"/g)) {
      const to = raw.replaceAll('&amp;', '&').replaceAll('&#38;', '&').split('#')[0];
      if (!to.startsWith('/') || to.startsWith('/en') || to.startsWith('/static')) continue;
      const next = routeOf(routes, to.split('?')[0]);
      if (!next || seen.has(to)) continue;
      seen.add(to);
      const times = perRoute.get(next.path) ?? 0;
      if (times >= 8) continue; // eight samples of a route are enough to find what hangs below it
      perRoute.set(next.path, times + 1);
      queue.push(to);
    }
  }
  return found;
}
