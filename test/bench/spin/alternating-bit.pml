/* The alternating bit protocol, step by step the same as alternating-bit.ts. N is how many repetitions, losses and
   copies there are. A link never holds more than one message for each of them and the first. */

#define ITEMS 8
#define CAPACITY (2 * N + 2)

chan data = [CAPACITY] of { byte };
chan acks = [CAPACITY] of { bit };
byte item;
byte next;
byte repeats = N;
byte drops = N;
byte copies = N;
hidden byte got;
hidden byte others;

/* Puts a copy of the first message right behind it. */
inline copyFirst(link) {
  copies > 0 && nempty(link) -> copies--;
  others = len(link) - 1;
  link?got; link!got; link!got;
  do
  :: others > 0 -> link?got; link!got; others--
  :: else -> break
  od;
  got = 0
}

active proctype sender() {
  d_step { data!item };
end:
  do
  :: d_step { acks?got;
       if
       :: got == item % 2 -> item = (item + 1) % ITEMS; data!item
       :: else
       fi;
       got = 0
     }
  :: d_step { repeats > 0 -> repeats--; data!item }
  od
}

active proctype receiver() {
end:
  do
  :: d_step { data?got;
       acks!(got % 2);
       if
       :: got % 2 == next % 2 -> assert(got == next); next = (next + 1) % ITEMS
       :: else
       fi;
       got = 0
     }
  od
}

active proctype network() {
end:
  do
  :: d_step { drops > 0 && nempty(data) -> drops--; data?got; got = 0 }
  :: d_step { drops > 0 && nempty(acks) -> drops--; acks?got; got = 0 }
  :: d_step { copyFirst(data) }
  :: d_step { copyFirst(acks) }
  od
}
