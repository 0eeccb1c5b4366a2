# The ring of sim-events.bench.mjs in SimPy, of Debian's version 2 or of PyPI's 3 and later:
# `ring.py CPUS THREADS`. For each line on standard input, a number of milliseconds, it simulates for
# so long and says how many events SimPy went through, and for how many nanoseconds it had a core.
import sys
import time

CPUS, THREADS = int(sys.argv[1]), int(sys.argv[2])
SWITCH, PASS = 1500.0, 200.0
ALL = CPUS * THREADS


def ring_of_simpy():
    import simpy

    env = simpy.Environment()
    cpus = [simpy.Resource(env, 1) for _ in range(CPUS)]
    boxes = [simpy.Store(env) for _ in range(ALL)]

    def passing(index):
        cpu, box, following = cpus[index % CPUS], boxes[index], boxes[(index + 1) % ALL]
        if index % 2 == 0:
            yield box.put(1)
        while True:
            yield box.get()
            with cpu.request() as turn:
                yield turn
                yield env.timeout(SWITCH + PASS)
            yield following.put(1)

    for index in range(ALL):
        env.process(passing(index))
    return env.step


def ring_of_debian():
    from SimPy.Simulation import Process, Resource, Simulation, Store, get, hold, put, release, request

    sim = Simulation()
    sim.initialize()
    cpus = [Resource(1, sim=sim) for _ in range(CPUS)]
    boxes = [Store(initialBuffered=[1] if i % 2 == 0 else [], sim=sim) for i in range(ALL)]

    class Passing(Process):
        def go(self, index):
            cpu, box, following = cpus[index % CPUS], boxes[index], boxes[(index + 1) % ALL]
            while True:
                yield get, self, box, 1
                yield request, self, cpu
                yield hold, self, SWITCH + PASS
                yield release, self, cpu
                yield put, self, following, [1]

    for index in range(ALL):
        process = Passing(sim=sim)
        sim.activate(process, process.go(index))
    return sim.step


try:
    step = ring_of_simpy()
except ImportError:
    step = ring_of_debian()

for line in sys.stdin:
    count, since = 0, time.process_time_ns()
    end = time.perf_counter_ns() + float(line) * 1e6
    while True:
        for _ in range(100):
            step()
        count += 100
        if time.perf_counter_ns() >= end:
            break
    print(count, time.process_time_ns() - since, flush=True)
