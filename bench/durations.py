"""fix-durations-inplace --commit beside the Python program over delta-rs and obstore.
usage: durations.py URSA PEERS_DIR WORK_DIR [COUNT...]   (default: 2000 20000)

Each laboratory has 5 objects a recording, every second duration is wrong; it is generated once and
kept. Before each run the catalog is put back as it was."""
import os
import pathlib
import shutil
import subprocess
import sys

import measure

ursa, peers, work = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
counts = [int(argument) for argument in sys.argv[4:]] or [2000, 20000]
results = {}
for count in counts:
    laboratory = work / f"durations-{count}"
    pristine = work / f"durations-{count}-catalog"
    if not pristine.exists():
        subprocess.run([sys.executable, peers / "fix_durations_gen.py", str(count), laboratory],
                       check=True)
        (laboratory / ".ursa-staging").touch()
        (laboratory / "ursa.toml").write_text('default_profile = "local"\n[profile.local]\nroot = "."\n')
        shutil.copytree(laboratory / "assets", pristine)

    def restore(laboratory=laboratory, pristine=pristine):
        shutil.rmtree(laboratory / "assets")
        shutil.copytree(pristine, laboratory / "assets")

    def ours(laboratory=laboratory):
        sample = measure.run([ursa, "fix-durations-inplace", "--min-delta-seconds", "1", "--commit",
                              "--json"], cwd=laboratory)
        assert f'"committed":{count // 2}'.encode() in sample[3].replace(b" ", b""), sample[3][-500:]
        return sample

    def python(laboratory=laboratory):
        environment = dict(os.environ, PYTHONPATH=str(peers))
        return measure.run([sys.executable, peers / "python_fix_durations.py", "local", laboratory],
                           environment=environment)

    results[count] = measure.medians({"Python (delta-rs, obstore)": (restore, python),
                                      "ursa": (restore, ours)}, rounds=5 if count <= 2000 else 3)
    measure.table(f"fix-durations-inplace --commit, {count} recordings", results[count],
                  "Python (delta-rs, obstore)")
if len(counts) == 2:
    ratio = results[counts[1]]["ursa"][0] / results[counts[0]]["ursa"][0]
    print(f"\nursa: {counts[1]} recordings take {ratio:.1f} times as long as {counts[0]}")
version = sorted(measure.run([ursa, "--version"])[1] for _ in range(9))[4]
print(f"ursa --version: {version:.3f} s of processor time")
