import type { Call, Edit } from './kit.ts';
import type { Passing } from './wire.ts';

/** What each of Alpaca's endpoints is for. */
export function alpacaCall(method: string, path: string): Call {
  const [bare = ''] = path.split('?');
  if (/^\/v2\/orders\/?$/.test(bare)) return method === 'POST' ? 'submit' : 'list';
  if (bare.startsWith('/v2/orders')) return method === 'DELETE' ? 'cancel' : 'find';
  if (bare.startsWith('/v2/account/activities')) return 'activities';
  if (bare === '/v2/account') return 'account';
  if (bare.startsWith('/v2/positions')) return 'positions';
  if (/^\/(?:v2\/stocks|v1beta1|v1)\b/.test(bare)) return 'data';
  return 'other';
}

/** Codes as they were seen; Alpaca words every error so. */
export const alpacaError = (status: number, message: string): unknown => ({
  code: status * 100_000 + 10_000,
  message,
});

export const isTradeUpdate = (text: string): boolean =>
  text.includes('"trade_updates"') && text.includes('"event"');

type Json = Record<string, unknown>;

/** The reply with something wrong about it, in Alpaca's own shapes. */
export function alpacaEdit(edit: Edit, call: Call, reply: Passing): Passing {
  const json = JSON.parse(reply.text) as Json | Json[];
  if (edit === 'samePage') {
    return { ...reply, text: JSON.stringify({ ...json, next_page_token: 'again' }) };
  }
  const changed = Array.isArray(json)
    ? json.map((row) => editRow(edit, call, row))
    : editRow(edit, call, json);
  return { ...reply, text: JSON.stringify(changed) };
}

function editRow(edit: Edit, call: Call, row: Json): Json {
  switch (edit) {
    case 'noId': {
      const { id: _, ...others } = row;
      return others;
    }
    case 'unknownStatus':
      return { ...row, status: 'pondering' };
    case 'otherTerms':
      return { ...row, qty: '11' };
    case 'foreignOrder':
      return {
        ...row,
        id: '11111111-2222-4333-8444-555555555555',
        client_order_id: 'somebody-elses-order',
      };
    case 'foreignAccount':
      return call === 'account' ? { ...row, account_number: 'PA0SOMEBODYELSE', cash: '1' } : row;
    default:
      return row;
  }
}
