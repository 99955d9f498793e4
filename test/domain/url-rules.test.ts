import { describe, expect, test } from 'vitest';
import { ANY_URL, type UrlRules, urlRuleFault } from '../../src/domain/url-rules.js';

const HTTPS_ONLY: UrlRules = { ...ANY_URL, httpsOnly: true };
const SOME_PORTS: UrlRules = {
  httpsOnly: false,
  ports: [
    { first: 80, last: 80 },
    { first: 443, last: 443 },
    { first: 8000, last: 8999 },
  ],
};

describe('urlRuleFault', () => {
  test.each([
    [ANY_URL, 'http://a.example/'],
    [ANY_URL, 'https://a.example:1/'],
    [ANY_URL, 'https://a.example:65535/'],
    [HTTPS_ONLY, 'https://a.example/'],
    [SOME_PORTS, 'http://a.example/'],
    [SOME_PORTS, 'https://a.example/'],
    [SOME_PORTS, 'https://a.example:80/'],
    [SOME_PORTS, 'http://[2001:db8::1]:8000/'],
    [SOME_PORTS, 'http://a.example:8999/'],
  ])('under %j finds nothing wrong with %s', (rules, url) => {
    expect(urlRuleFault(new URL(url), rules)).toBeNull();
  });

  test.each([
    [HTTPS_ONLY, 'http://a.example/?secret=1', /^is not https.*POSTHORN_HTTPS_ONLY/],
    [HTTPS_ONLY, 'http://a.example:443/', /^is not https/],
    [ANY_URL, 'http://a.example:0/', /^names port 0, and deliveries go to ports 1-65535 alone/],
    [
      SOME_PORTS,
      'http://a.example:22/?secret=1',
      /^names port 22, and deliveries go to ports 80, 443, 8000-8999 alone \(POSTHORN_PORTS\)$/,
    ],
    [SOME_PORTS, 'https://a.example:7999/', /7999/],
    [SOME_PORTS, 'https://a.example:9000/', /9000/],
    [
      { httpsOnly: false, ports: [{ first: 443, last: 443 }] },
      'http://a.example/',
      /to port 443 alone/,
    ],
  ])('under %j says what is wrong with %s, and shows nothing of it', (rules, url, fault) => {
    expect(urlRuleFault(new URL(url), rules)).toMatch(fault);
    expect(urlRuleFault(new URL(url), rules)).not.toMatch(/secret|a\.example/);
  });
});
