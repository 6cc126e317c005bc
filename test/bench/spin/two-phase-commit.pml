/* Two-phase commit, step by step the same as two-phase-commit.ts. N is the number of participants. */

mtype = { working, prepared, committed, aborted, asking, commit, abort };

chan up[N] = [1] of { bit };
chan down[N] = [1] of { mtype };
mtype manager = asking;
mtype state[N] = working;
bit voted[N];
hidden byte i;
hidden byte count;

inline tellAll(what) {
  i = 0;
  do
  :: i < N -> down[i]!what; i++
  :: else -> break
  od
}

inline checkAgreement() {
  i = 0; count = 0;
  do
  :: i < N ->
    if
    :: state[i] == committed -> count = count | 1
    :: state[i] == aborted -> count = count | 2
    :: else
    fi;
    i++
  :: else -> break
  od;
  assert(count != 3)
}

active [N] proctype participant() {
end:
  do
  :: d_step { state[_pid] == working -> state[_pid] = prepared; up[_pid]!1 }
  :: d_step { state[_pid] == working -> state[_pid] = aborted; checkAgreement() }
  :: d_step { down[_pid]?commit -> state[_pid] = committed; checkAgreement() }
  :: d_step { down[_pid]?abort -> state[_pid] = aborted; checkAgreement() }
  od
}

inline take(from) {
  up[from]?1;
  i = 0; count = 0;
  do
  :: i < N -> count = count + voted[i]; i++
  :: else -> break
  od;
  if
  :: manager == asking && count + 1 == N -> manager = committed; tellAll(commit)
  :: manager == asking && count + 1 < N -> voted[from] = 1
  :: else
  fi;
  i = 0
}

active proctype coordinator() {
end:
  do
  :: d_step { manager == asking -> manager = aborted; tellAll(abort); i = 0 }
  :: d_step { take(0) }
  :: d_step { take(1) }
  :: d_step { take(2) }
#if N > 3
  :: d_step { take(3) }
#endif
#if N > 4
  :: d_step { take(4) }
#endif
#if N > 5
  :: d_step { take(5) }
#endif
#if N > 6
  :: d_step { take(6) }
#endif
  od
}
