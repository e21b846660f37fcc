"""Times ours and several others that do the same work, alternately, so that
what else happens on the machine hits all."""
import statistics
import subprocess
import time

ROUNDS = 12
ROUND_TIME = 0.15
STRETCH = 0.01

RACES = []


class Race:
    """`work` is what ours is asked for; a peer is a function that gives one to
    time, and raises ImportError where its library is not there."""

    def __init__(self, name, goal, work, **peers):
        self.name, self.goal, self.work, self.peers = name, goal, work, peers
        RACES.append(self)


class Ours:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def timer(self, work):
        def seconds(times):
            print(work, times, file=self.process.stdin, flush=True)
            return float(self.process.stdout.readline())
        return seconds


def timer(call):
    """All threads of this process count, so that helpers hide nothing."""
    def seconds(times):
        start = time.process_time()
        for _ in range(times):
            call()
        return (time.process_time() - start) / times
    return seconds


def enough(seconds):
    """How often the work fits a stretch; warms caches on the way."""
    times = 1
    while seconds(times) * times < STRETCH:
        times *= 2
    return times


def best(seconds, times):
    least, end = seconds(times), time.monotonic() + ROUND_TIME
    while time.monotonic() < end:
        least = min(least, seconds(times))
    return least


def contenders(race, ours):
    yield "ours", ours.timer(race.work)
    for name, make in race.peers.items():
        try:
            yield name, timer(make())
        except ImportError as e:
            print(f"{race.name:28} {name:12} skipped: {e}", flush=True)


def run(race, ours):
    """A line a peer, the strongest first: the best of all rounds, and the
    median of what the peer took in a round over what we did in the same one,
    which says whether the goal is met."""
    timers = dict(contenders(race, ours))
    times = {name: enough(t) for name, t in timers.items()}
    rounds = [{name: best(t, times[name]) for name, t in timers.items()}
              for _ in range(ROUNDS)]
    mine = min(r["ours"] for r in rounds)
    ratios = {name: statistics.median(r[name] / r["ours"] for r in rounds)
              for name in timers if name != "ours"}
    for place, name in enumerate(sorted(ratios, key=ratios.get)):
        theirs = min(r[name] for r in rounds)
        print(f"{race.name:28} {name:12} {theirs * 1e6:11.1f} us "
              f"{mine * 1e6:11.1f} us {theirs / mine:7.2f} {ratios[name]:7.2f}",
              end="")
        if place == 0:
            met = ratios[name] >= race.goal
            print(f" {race.goal:6.1f}  {'met' if met else 'missed'}", end="")
        print(flush=True)
