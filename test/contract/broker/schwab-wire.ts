import type { Call, Edit } from './kit.ts';
import type { Passing } from './wire.ts';

/** What each of Schwab's endpoints is for; positions come with the account. */
export function schwabCall(method: string, path: string): Call {
  const [bare = ''] = path.split('?');
  if (bare === '/v1/oauth/token') return 'token';
  if (bare.startsWith('/marketdata/')) return 'data';
  const [account, orders, id] = bare.replace('/trader/v1/accounts/', '').split('/');
  if (account === 'accountNumbers' || !bare.startsWith('/trader/v1/accounts/')) return 'other';
  if (orders === undefined) return 'account';
  if (orders === 'transactions') return 'activities';
  if (orders !== 'orders') return 'other';
  if (id === undefined) return method === 'POST' ? 'submit' : 'list';
  return method === 'DELETE' ? 'cancel' : 'find';
}

/** The trading interface's own error, and that of its gate. */
export const schwabError = (status: number, message: string): unknown =>
  status === 401
    ? { errors: [{ id: '0', status: 401, title: 'Unauthorized', detail: message }] }
    : { message, errors: [] };

export const isAccountRow = (text: string): boolean =>
  text.includes('"ACCT_ACTIVITY"') && text.includes('"data"');

type Json = Record<string, unknown>;

/** The reply with something wrong about it, in Schwab's own shapes. */
export function schwabEdit(edit: Edit, call: Call, reply: Passing): Passing {
  if (edit === 'noId') {
    const { location: _, ...headers } = reply.headers;
    return { ...reply, headers };
  }
  if (edit === 'foreignAccount') {
    const text = reply.text.replaceAll(/("accountNumber":"?)\d+/g, '$187654321');
    return { ...reply, text };
  }
  if (reply.text === '') return reply;
  const json = JSON.parse(reply.text) as Json | Json[];
  const changed = Array.isArray(json) ? json.map((row) => editRow(edit, row)) : editRow(edit, json);
  return call === 'list' || call === 'find' ? { ...reply, text: JSON.stringify(changed) } : reply;
}

function editRow(edit: Edit, row: Json): Json {
  if (edit === 'unknownStatus') return { ...row, status: 'PONDERING' };
  return edit === 'foreignOrder' ? { ...row, orderId: 999_000_000_001 } : row;
}
