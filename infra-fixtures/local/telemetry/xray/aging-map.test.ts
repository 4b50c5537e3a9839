import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AgingMap } from './aging-map.ts';

it('does what a plain list of its keys in order does, whatever is done to it', () => {
  const action = fc.oneof(
    fc.record({ do: fc.constant('touch' as const), key: fc.nat(9) }),
    fc.record({ do: fc.constant('delete' as const), key: fc.nat(9) }),
    fc.record({ do: fc.constant('take' as const) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const map = new AgingMap<number, number>();
      let keys: number[] = [];
      for (const one of actions) {
        if (one.do === 'take') {
          expect(map.take()).toBe(keys.shift());
          continue;
        }
        keys = keys.filter((key) => key !== one.key);
        if (one.do === 'touch') {
          keys.push(one.key);
          map.touch(one.key, one.key);
        } else map.delete(one.key);
        expect(map.get(one.key)).toBe(one.do === 'touch' ? one.key : undefined);
      }
      expect([...map.values()]).toEqual(keys);
      expect(map.size).toBe(keys.length);
    }),
  );
});
