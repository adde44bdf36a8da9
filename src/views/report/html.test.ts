import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clip, escapeText, html } from './html.ts';

describe('html', () => {
  test('text is encoded, markup made by html is not, lists are joined', () => {
    const bold = html`<b>${'<&>'}</b>`;
    expect(html`<p title="${`"'`}">${[bold, 7, null, 'x']}</p>`.toString()).toBe(
      '<p title="&quot;&#39;"><b>&lt;&amp;&gt;</b>7x</p>',
    );
  });

  test('no text can make an element or leave its attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeText(text)).not.toMatch(/[<>"'\u202e\p{Cs}]|&(?!(amp|lt|gt|quot|#39);)/u);
      }),
    );
  });

  test('controls, turned text and lone surrogates show as such', () => {
    expect(escapeText('a\u0000b\u202ec\ud800d\u001b[31m')).toBe('a\ufffdb\ufffdc\ufffdd\ufffd[31m');
    expect(escapeText('one\ntwo')).toBe('one two');
  });

  test('a long text is cut with an ellipsis', () => {
    expect(clip('abcdef', 4)).toBe('abc…');
    expect(clip('abcd', 4)).toBe('abcd');
  });
});
