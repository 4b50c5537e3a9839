import { describe, expect, it } from 'vitest';
import { dataBlock, html, trusted } from './markup.ts';

describe('html', () => {
  it('escapes values, in elements and in attributes', () => {
    expect(html`<p title="${'"\'`'}">${'<b> & co'}</p>`.markup).toBe('<p title="&quot;&#39;&#96;">&lt;b&gt; &amp; co</p>');
  });

  it('takes its own markup and lists of it as they are', () => {
    expect(html`<ul>${['a', '<'].map((text) => html`<li>${text}</li>`)}</ul>`.markup).toBe('<ul><li>a</li><li>&lt;</li></ul>');
    expect(html`${trusted('<br>')}`.markup).toBe('<br>');
  });

  it('leaves out what is not there, and keeps zero', () => {
    expect(html`${null}${undefined}${false}${0}`.markup).toBe('0');
  });
});

describe('dataBlock', () => {
  it('holds the data, in a form that nothing in it can end', () => {
    const data = { name: '</script><!-- & \u2028\u2029', __proto__: null };
    const { markup } = dataBlock('d', data);
    const json = markup.slice('<script type="application/json" id="d">'.length, -'</script>'.length);
    expect(json).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(json)).toEqual({ name: '</script><!-- & \u2028\u2029' });
  });
});
