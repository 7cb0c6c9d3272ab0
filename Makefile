# For developers; scripts/demo and scripts/test need no make.
.PHONY: setup build demo test test-asan test-tsan test-faults test-engines test-slurm fuzz bench lint format clean install

setup:
	scripts/setup
build: setup
	scripts/build
demo:
	scripts/demo
test:
	scripts/test
test-asan:
	scripts/test asan
test-tsan:
	scripts/test tsan
# Reads are so many that all of them fail on few recordings only.
test-faults: export URSA_BINARY = build/ursa
test-faults: export URSA_FAULTY_BINARY = build/tests/ursa_faulty
test-faults: export URSA_FAULT_STRIDE = 1
test-faults: build
	URSA_FAULT_RECORDINGS=40 .deps/python/bin/python -m pytest -q -p no:cacheprovider \
	tests/scenarios/crash_test.py
	URSA_FAULT_RECORDINGS=12 .deps/python/bin/python -m pytest -q -p no:cacheprovider \
	tests/scenarios/reading_faults_test.py
test-engines: build
	scripts/test-engines
test-slurm: build
	scripts/test-slurm
fuzz: setup
	scripts/fuzz
bench: build
	bench/run
lint: build
	scripts/lint
format:
	git ls-files 'src/*.cc' 'src/*.h' 'tests/*.cc' 'tests/*.h' 'fuzz/*.cc' 'fuzz/*.h' | xargs clang-format-14 -i
install: build
	cmake --install build
clean:
	rm -rf build build-*
