# The components that have an image; a Python component is the package services/<component>.
# shellcheck disable=SC2034  # read by the scripts that source this
PYTHON_COMPONENTS=(catalogue ingestor configurator useroffice beamline)
[ ! -f services/ops/pyproject.toml ] || PYTHON_COMPONENTS+=(ops)
COMPONENTS=("${PYTHON_COMPONENTS[@]}" web)
