// A city after rain: lit windows, a wet street, a last stripe of light in the west.
#version 3.7;
global_settings { assumed_gamma 1.0 max_trace_level 5 }
camera { location <-0.4, 2.3, -15> look_at <0.8, 4.3, 10> right x*image_width/image_height angle 60 }
light_source { <-80, 16, 120> rgb <1.1, 0.55, 0.32> }
light_source { <50, 80, -60> rgb <0.07, 0.10, 0.18> shadowless }
sky_sphere { pigment { gradient y color_map { [0 rgb <0.85,0.36,0.20>] [0.10 rgb <0.55,0.26,0.26>] [0.3 rgb <0.14,0.14,0.27>] [1 rgb <0.02,0.03,0.09>] } }
  pigment { wrinkles turbulence 0.8 octaves 7 scale <0.7,0.12,0.6> color_map { [0.5 rgbt <1,1,1,1>] [0.75 rgbt <0.35,0.18,0.20,0.35>] [1 rgbt <0.12,0.08,0.13,0.1>] } } }
#declare R = seed(1931);
#macro Tower(X, Z, W, D, H)
  #local Hue = rand(R); #local Seed = rand(R)*100;
  box { <X-W/2, 0, Z-D/2>, <X+W/2, H, Z+D/2>
    texture { pigment { granite scale 2 color_map { [0 rgb <0.09,0.09,0.11>*(0.6+Hue)] [1 rgb <0.16,0.14,0.14>*(0.6+Hue)] } } normal { granite 0.2 scale 0.3 } finish { diffuse 0.8 specular 0.1 } }
    texture { // a grid of windows, some of them lit
      pigment { cells scale <0.30, 0.42, 0.30> translate <Seed,0,Seed*1.7> color_map {
        [0.62 rgbt 1] [0.62 rgbt <1.0,0.72,0.36,0>*1.1] [0.80 rgbt <0.95,0.85,0.62,0>] [0.93 rgbt <0.55,0.72,1.0,0>] [0.93 rgbt 1] } }
      finish { ambient 0 diffuse 0.1 emission 0.85 } }
    texture { // mullions between them
      pigment { brick rgb <0.07,0.07,0.08> rgbt 1 brick_size <0.30,0.42,0.30> mortar 0.10 translate <Seed,0,Seed*1.7> } finish { diffuse 0.7 } } }
  box { <X-W*0.3, H, Z-D*0.3>, <X+W*0.3, H+0.5+rand(R), Z+D*0.3> pigment { rgb 0.08 } }
  #if (rand(R) > 0.6) cylinder { <X,H,Z>, <X,H+2.5,Z>, 0.04 pigment { rgb 0.1 } } sphere { <X,H+2.5,Z>, 0.09 pigment { rgb <1,0.1,0.05> } finish { emission 2 } } #end
#end
#for (I, -1, 15)
  #for (S, 0, 1)
    #declare Side = S*2-1;
    Tower(Side*(3.9 + rand(R)), I*4.2 - 6, 2.9+rand(R), 3.4, 4+9*rand(R)*(0.45+I/14))
    Tower(Side*(8.4 + rand(R)), I*4.2 - 4, 3.3, 3.6, 6+12*rand(R))
    Tower(Side*(13.4 + rand(R)*2), I*4.6, 3.9, 3.8, 7+15*rand(R))
  #end
#end
#for (I, 0, 16) // street lamps
  #for (S, 0, 1)
    #declare P = <(S*2-1)*2.05, 0, I*3.6-10>;
    union { cylinder { 0, y*1.9, 0.03 } cylinder { y*1.9, <-(S*2-1)*0.5,2.0,0>, 0.025 } pigment { rgb 0.1 } translate P }
    sphere { P + <-(S*2-1)*0.5,1.93,0>, 0.085 pigment { rgb <1,0.78,0.45> } finish { emission 2.4 } }
    #if (I < 7) light_source { P + <-(S*2-1)*0.5,1.8,0> rgb <0.75,0.5,0.24> fade_distance 1.4 fade_power 2 } #end
  #end
#end
#for (I, 0, 13) // cars: two lights each
  #declare Z = -8 + I*3.3 + 2*rand(R); #declare X = (mod(I,2)*2-1)*0.75;
  #for (S, 0, 1) sphere { <X+(S-0.5)*0.5, 0.30, Z>, 0.06 pigment { #if (X<0) rgb <1,0.95,0.8> #else rgb <1,0.06,0.04> #end } finish { emission 3 } } #end
  superellipsoid { <0.4,0.4> scale <0.42,0.26,0.8> translate <X,0.36,Z+0.85> pigment { rgb <0.04+0.25*rand(R), 0.05+0.08*rand(R), 0.07+0.25*rand(R)> } finish { specular 0.6 roughness 0.02 reflection 0.12 } }
#end
plane { y, 0 pigment { granite scale 1.5 color_map { [0 rgb 0.02] [1 rgb 0.05] } }
  normal { average normal_map { [1 bumps 0.05 scale 0.25] [1 granite 0.10 scale 0.5] } }
  finish { diffuse 0.5 specular 0.3 roughness 0.02 reflection { 0.10, 0.75 fresnel on } conserve_energy } interior { ior 1.4 } }
