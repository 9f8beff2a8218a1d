# One image for every container of compose.yaml.
# NOT RUN HERE: there was no Docker engine on the machine that this was written on.
FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/parution
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
# What Prefect's own servers need when there are several is an extra, and not in the lock.
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
 && pip install --no-cache-dir "prefect-redis>=0.3,<0.4"
RUN useradd --uid 1000 --create-home parution \
 && install -d -o parution /srv/parution/content /srv/parution/output
USER parution
WORKDIR /srv/parution
CMD ["parution", "serve", "--host", "0.0.0.0"]
